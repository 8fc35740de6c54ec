/**
 * Work for the switch: in front of every Sync a burst of Management messages of another domain, so that the Sync finds a
 * queue before it as it would in a busy network.
 */
import type { Input, Output, PeerAddress } from '../../core/io.js';
import { headerOf, nextSequenceId, type PortSettings } from '../../core/port/port.js';
import { allPorts } from '../../core/time/identity.js';
import { zeroTimeInterval } from '../../core/time/time-interval.js';
import { noLogMessageInterval } from '../../core/wire/header.js';
import { ManagementAction } from '../../core/wire/messages/management.js';
import { encode } from '../../core/wire/message.js';
import type { CoreInstance } from '../../daemon/runtime/pump.js';

export interface LoadSettings extends PortSettings {
  /** A burst has 0 to this many messages, every number as often as any other. */
  readonly maxBurstMessages: number;
  /** Uniform from 0 up to but not including 1. */
  readonly random: () => number;
}

/** 15.5.2.3, table 59: a request that every clock knows. */
const currentDataSet = 0x2001;
const everyone: PeerAddress = { kind: 'multicast' };

/** A time source, and the station that sends before it on the same cable. */
export class LoadedTimeSource implements CoreInstance {
  readonly #clock: CoreInstance;
  readonly #settings: LoadSettings;
  #sequenceId = 0;

  constructor(clock: CoreInstance, settings: LoadSettings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** What the clock does; a burst comes first where it sends event messages, which are its Syncs. */
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
      header: headerOf(this.#settings, {
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
