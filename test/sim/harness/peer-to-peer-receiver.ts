/**
 * A time receiver that measures its link peer to peer: of its own the least that shows what a peer-to-peer transparent
 * clock does, of the core the whole of Sync, Follow_Up and peer delay. It follows whoever sends Sync in its domain.
 */
import type { PeerDelayLink } from '../../../src/core/port/link.js';
import type { Input, Output } from '../../../src/core/io.js';
import { admit } from '../../../src/core/port/admission.js';
import { offsetFromMaster } from '../../../src/core/exchange/offset.js';
import { uncorrected, type OffsetSample } from '../../../src/lab/stations/time-receiver.js';
import type { PortSettings } from '../../../src/core/port/port.js';
import {
  idleSyncExchange,
  stepSyncExchange,
  type SyncEvent,
  type SyncMeasurement,
} from '../../../src/core/exchange/sync-exchange.js';
import type { ClockIdentity } from '../../../src/core/time/identity.js';
import {
  timeIntervalToNs,
  zeroTimeInterval,
  type TimeInterval,
} from '../../../src/core/time/time-interval.js';

export class PeerToPeerReceiver {
  readonly #settings: PortSettings;
  readonly #link: PeerDelayLink;
  readonly #onSample: (sample: OffsetSample) => void;
  #exchange = idleSyncExchange;
  #parent: ClockIdentity | undefined;

  /** `link` is the instance that measures the same port's link. */
  constructor(
    settings: PortSettings,
    link: PeerDelayLink,
    onSample: (sample: OffsetSample) => void,
  ) {
    this.#settings = settings;
    this.#onSample = onSample;
    this.#link = link;
  }

  /** The sender of the latest Sync. */
  get parent(): ClockIdentity | undefined {
    return this.#parent;
  }

  step(input: Input): readonly Output[] {
    if (input.kind !== 'message') return [];
    const received = admit(this.#settings, input);
    if (typeof received === 'string') return [];
    const { message, ingressTimestamp } = received;
    if (message.messageType === 'Follow_Up') return this.#onSync({ kind: 'followUp', message });
    if (message.messageType !== 'Sync' || ingressTimestamp === undefined) return [];
    this.#parent = message.header.sourcePortIdentity.clockIdentity;
    return this.#onSync({ kind: 'sync', message, syncEventIngressTimestamp: ingressTimestamp });
  }

  #onSync(event: SyncEvent): readonly Output[] {
    const { exchange, measurement } = stepSyncExchange(this.#exchange, event);
    this.#exchange = exchange;
    const linkDelay = this.#link.linkDelay();
    if (measurement === undefined || linkDelay.kind === 'unmeasured') return [];
    const { meanLinkDelay } = linkDelay;
    this.#onSample({
      sequenceId: measurement.sequenceId,
      corrected: sampleOf(measurement, meanLinkDelay),
      uncorrected: sampleOf(uncorrected(measurement), zeroTimeInterval),
    });
    return [];
  }
}

function sampleOf(measurement: SyncMeasurement, delay: TimeInterval) {
  return {
    offsetNs: timeIntervalToNs(offsetFromMaster(measurement, delay)),
    meanPathDelayNs: timeIntervalToNs(delay),
  };
}
