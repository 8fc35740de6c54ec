/**
 * The transmitting half of a port of a clock: Announce and Sync of a port in MASTER state, unless what this clock hands on is
 * not to be told.
 */
import type { Output } from '../io.js';
import type { ClockPortSettings } from './clock-port-settings.js';
import type { PortEvent, PortSettings } from './port.js';
import {
  initialTransmitterState,
  startTransmitter,
  stepTransmitter,
  stopTransmitter,
  type TransmitterSettings,
  type TransmitterState,
} from './transmitter.js';

/** What Announce says that changes with the grandmaster. */
export type AnnouncedGrandmaster = Pick<
  TransmitterSettings,
  'grandmaster' | 'announceFlags' | 'announceTlvs'
>;

export class TransmittingHalf {
  readonly #identity: PortSettings;
  readonly #settings: () => ClockPortSettings;
  #state: TransmitterState = initialTransmitterState();
  #whole:
    | {
        readonly settings: ClockPortSettings;
        readonly announced: AnnouncedGrandmaster;
        readonly whole: TransmitterSettings;
      }
    | undefined;

  /** @param settings as they are now */
  constructor(identity: PortSettings, settings: () => ClockPortSettings) {
    this.#identity = identity;
    this.#settings = settings;
  }

  start(announced: AnnouncedGrandmaster): readonly Output[] {
    const { state, outputs } = startTransmitter(this.#settingsFor(announced), this.#state);
    this.#state = state;
    return outputs;
  }

  stop(): readonly Output[] {
    const { state, outputs } = stopTransmitter(this.#identity, this.#state);
    this.#state = state;
    return outputs;
  }

  /** Announce and Sync are due, or a Sync has its transmit time stamp, which is PTP time. */
  step(
    event: Extract<PortEvent, { kind: 'timer' | 'transmitTimestamp' | 'transmitTimestampLost' }>,
    announced: AnnouncedGrandmaster,
  ): readonly Output[] {
    const { state, outputs } = stepTransmitter(this.#settingsFor(announced), this.#state, event);
    this.#state = state;
    return outputs;
  }

  /** Made anew only when one of its parts has changed, and not for every message. */
  #settingsFor(announced: AnnouncedGrandmaster): TransmitterSettings {
    const settings = this.#settings();
    if (this.#whole?.settings !== settings || this.#whole.announced !== announced) {
      const whole = { ...this.#identity, ...settings, ...announced };
      this.#whole = { settings, announced, whole };
    }
    return this.#whole.whole;
  }
}
