/**
 * A clock that is always master: it sends Announce and Sync to the group and to configured receivers, and answers
 * Delay_Req.
 */
import type { Input, Output, PeerAddress } from '../../core/io.js';
import { admit } from '../../core/port/admission.js';
import { respondToDelayReq, type DelayResponderSettings } from '../../core/port/delay-responder.js';
import { discarded } from '../../core/port/port.js';
import {
  initialTransmitterState,
  startTransmitter,
  stepTransmitter,
  stopTransmitter,
  type TransmitterSettings,
  type TransmitterState,
} from '../../core/port/transmitter.js';

type UnicastAddress = Extract<PeerAddress, { kind: 'unicast' }>;

export interface TimeSourceSettings extends TransmitterSettings, DelayResponderSettings {
  /** Each of them gets Announce, Sync and Follow_Up unicast, beside the multicast ones. */
  readonly unicastReceivers: readonly UnicastAddress[];
}

export class TimeSource {
  readonly #settings: TimeSourceSettings;
  #linkUp = false;
  #transmitter: TransmitterState;

  /** Does nothing until its port's link is up. */
  constructor(settings: TimeSourceSettings) {
    this.#settings = settings;
    this.#transmitter = initialTransmitterState([
      { kind: 'multicast' },
      ...settings.unicastReceivers,
    ]);
  }

  /** What has happened in, what is to be done out, in that order. Throws for no input. */
  step(input: Input): readonly Output[] {
    const settings = this.#settings;
    if (input.kind === 'syncObserved') return [];
    if (input.kind !== 'timer' && input.port !== settings.port) {
      return [discarded({ ...settings, port: input.port }, 'otherPort')];
    }
    if (input.kind === 'link') {
      this.#linkUp = input.up;
      return this.#take(
        input.up
          ? startTransmitter(settings, this.#transmitter)
          : stopTransmitter(settings, this.#transmitter),
      );
    }
    if (input.kind !== 'message') {
      return this.#take(stepTransmitter(settings, this.#transmitter, input));
    }
    const received = admit(settings, input);
    if (typeof received === 'string') return [discarded(settings, received)];
    return [this.#linkUp ? respondToDelayReq(settings, received) : discarded(settings, 'linkDown')];
  }

  #take(transition: { state: TransmitterState; outputs: readonly Output[] }): readonly Output[] {
    this.#transmitter = transition.state;
    return transition.outputs;
  }
}
