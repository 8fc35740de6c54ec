/**
 * Load for the switch: a burst of Management messages of another domain is sent before every Sync, so that the Sync has
 * to queue as it would in a busy network.
 */
import type { Input, Output, PeerAddress } from '../../core/io.js';
import { headerOf, nextSequenceId, type PortSettings } from '../../core/port/port.js';
import { allPorts } from '../../core/time/identity.js';
import { zeroTimeInterval } from '../../core/time/time-interval.js';
import { noLogMessageInterval } from '../../core/wire/header.js';
import { ManagementAction } from '../../core/wire/messages/management.js';
import { encode } from '../../core/wire/message.js';
import type { CoreInstance } from '../../daemon/runtime/attachment.js';

export interface LoadSettings extends PortSettings {
  /** A burst has from 0 to this many messages, all numbers with equal probability. */
  readonly maxBurstMessages: number;
  /** Uniform from 0 up to but not including 1. */
  readonly random: () => number;
}

/** 15.5.2.3, table 59: a request that every clock knows. */
const currentDataSet = 0x2001;
const everyone: PeerAddress = { kind: 'multicast' };

/** A time source that sends a burst before its Sync messages. */
export class LoadedTimeSource implements CoreInstance {
  readonly #clock: CoreInstance;
  readonly #settings: LoadSettings;
  #sequenceId = 0;

  constructor(clock: CoreInstance, settings: LoadSettings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Steps the clock, and puts a burst before its outputs where they hold event messages, which are its Syncs. */
  step(input: Input): readonly Output[] {
    const outputs = this.#clock.step(input);
    return outputs.some(({ kind }) => kind === 'sendEvent')
      ? [...this.#burst(), ...outputs]
      : outputs;
  }

  #burst(): Output[] {
    const { maxBurstMessages, random } = this.#settings;
    const length = Math.floor((maxBurstMessages + 1) * random());
    return Array.from({ length }, () => this.#request());
  }

  #request(): Output {
    const message = encode({
      messageType: 'Management',
      header: headerOf(this.#settings, 'Management', {
        flagField: 0,
        correctionField: zeroTimeInterval,
        sequenceId: this.#sequenceId,
        logMessageInterval: noLogMessageInterval, // table 42
      }),
      targetPortIdentity: allPorts,
      startingBoundaryHops: 0,
      boundaryHops: 0,
      actionField: ManagementAction.GET,
      tlvs: [{ tlvType: 'MANAGEMENT', managementId: currentDataSet, dataField: new Uint8Array() }],
    });
    this.#sequenceId = nextSequenceId(this.#sequenceId);
    return { kind: 'sendGeneral', port: this.#settings.port, message, destination: everyone };
  }
}
