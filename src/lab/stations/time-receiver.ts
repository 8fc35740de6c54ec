/**
 * A clock that only listens: it follows the first master that it hears, and tells each measured offset twice, with every
 * correctionField applied and with none, as a clock behind an ordinary switch would have it. It steers nothing.
 */
import type { DiscardReason } from '../../core/exchange/discard-reason.js';
import { meanPathDelay, offsetFromMaster } from '../../core/exchange/offset.js';
import { meanPathDelayMedianLength } from '../../core/exchange/path-delay.js';
import type { Input, Output } from '../../core/io.js';
import { admit } from '../../core/port/admission.js';
import { discarded, timersOf, type ReceivedMessage } from '../../core/port/port.js';
import {
  listensTo,
  stepReceiver,
  stopReceiver,
  type Measurement,
  type ReceiverSettings,
  type ReceiverTransition,
} from '../../core/port/receiving/receiver.js';
import {
  followMaster,
  initialReceiverState,
  withMasterAddress,
  type ReceiverState,
} from '../../core/port/receiving/receiver-state.js';
import { movingMedian, withSample, type MovingMedian } from '../../core/servo/moving-median.js';
import { samePortIdentity, type PortIdentity } from '../../core/time/identity.js';
import { durationNs, durationOfLogInterval } from '../../core/time/instant.js';
import {
  timeIntervalToNs,
  zeroTimeInterval,
  type TimeInterval,
} from '../../core/time/time-interval.js';
import { Flag } from '../../core/wire/header.js';
import type { MessageOf } from '../../core/wire/message.js';

/** offsetFromMaster and meanPathDelay, in nanoseconds. */
export interface OffsetAndDelay {
  readonly offsetNs: number;
  readonly meanPathDelayNs: number;
}

export interface OffsetSample {
  readonly sequenceId: number;
  readonly corrected: OffsetAndDelay;
  /** As if every correctionField were 0. */
  readonly uncorrected: OffsetAndDelay;
}

export interface TimeReceiverSettings extends ReceiverSettings {
  /** How often the master sends Announce; with announceReceiptTimeout, how long its silence is borne (9.2.6.12). */
  readonly logAnnounceInterval: number;
  readonly announceReceiptTimeout: number;
}

export class TimeReceiver {
  readonly #settings: TimeReceiverSettings;
  readonly #onSample: (sample: OffsetSample) => void;
  #linkUp = false;
  #receiver: ReceiverState;
  /** Of the master that is followed, without correctionFields. */
  #uncorrectedPathDelays: MovingMedian | undefined;

  /** Does nothing until its port's link is up. */
  constructor(
    settings: TimeReceiverSettings,
    onSample: (sample: OffsetSample) => void = () => undefined,
  ) {
    this.#settings = settings;
    this.#onSample = onSample;
    this.#receiver = initialReceiverState(settings);
  }

  /** Whom it follows; undefined: nobody. */
  get master(): PortIdentity | undefined {
    const { measuring } = this.#receiver;
    return measuring.kind === 'idle' ? undefined : measuring.master.portIdentity;
  }

  /** How far it has come with measuring its master. */
  get stage(): ReceiverState['measuring']['kind'] {
    return this.#receiver.measuring.kind;
  }

  /** What has happened in, what is to be done out, in that order. Throws for no input. */
  step(input: Input): readonly Output[] {
    const settings = this.#settings;
    if (input.kind === 'syncObserved') return [];
    if (input.kind !== 'timer' && input.port !== settings.port) {
      return [discarded({ ...settings, port: input.port }, 'otherPort')];
    }
    if (input.kind === 'link') return this.#onLink(input.up);
    if (input.kind === 'message') {
      const received = admit(settings, input);
      if (typeof received === 'string') return this.#ignored(received);
      if (!this.#linkUp) return this.#ignored('linkDown');
      return received.message.messageType === 'Announce'
        ? this.#onAnnounce(received, received.message)
        : this.#take(stepReceiver(settings, this.#receiver, received));
    }
    if (!this.#linkUp) return this.#ignored('linkDown');
    if (input.kind === 'timer' && input.timer === timersOf(settings).announceReceipt) {
      // 9.2.6.12: the master is gone, the next one may come.
      return this.#follow(stopReceiver(settings, this.#receiver));
    }
    return this.#take(stepReceiver(settings, this.#receiver, input));
  }

  #ignored(reason: DiscardReason): readonly Output[] {
    return [discarded(this.#settings, reason)];
  }

  #onLink(up: boolean): readonly Output[] {
    this.#linkUp = up;
    if (up) return [];
    const { announceReceipt: timer } = timersOf(this.#settings);
    return [
      { kind: 'cancelTimer', timer },
      ...this.#follow(stopReceiver(this.#settings, this.#receiver)),
    ];
  }

  /** What was measured of another master says nothing of the next. */
  #follow({ state, outputs }: ReceiverTransition): readonly Output[] {
    this.#receiver = state;
    this.#uncorrectedPathDelays = undefined;
    return outputs;
  }

  #onAnnounce(received: ReceivedMessage, { header, stepsRemoved }: MessageOf<'Announce'>) {
    const settings = this.#settings;
    if (!listensTo(settings, received)) return this.#ignored('otherTransmission');
    const { maxStepsRemoved } = settings.profile.bestMaster; // 9.3.2.5
    if (stepsRemoved >= maxStepsRemoved || (header.flagField & Flag.alternateMaster) !== 0) {
      return this.#ignored('unqualifiedAnnounce');
    }
    const { sourcePortIdentity: portIdentity } = header;
    if (this.master === undefined) {
      const master = { portIdentity, address: received.source };
      this.#follow({ state: followMaster(settings, this.#receiver, master), outputs: [] });
    } else if (!samePortIdentity(this.master, portIdentity)) {
      return this.#ignored('otherMaster');
    }
    this.#receiver = withMasterAddress(this.#receiver, received.source);
    const interval = durationOfLogInterval(settings.logAnnounceInterval);
    const after = durationNs(settings.announceReceiptTimeout * interval);
    const { announceReceipt: timer } = timersOf(settings);
    return [{ kind: 'setTimer' as const, timer, after }];
  }

  #take({ state, outputs, measurement }: ReceiverTransition): readonly Output[] {
    this.#receiver = state;
    if (measurement !== undefined) this.#note(measurement);
    return outputs;
  }

  #note(measurement: Measurement): void {
    switch (measurement.kind) {
      case 'sync':
      case 'linkDelayUnknown':
        return;
      case 'pathDelay': {
        const { sync, delay } = measurement;
        const latest = meanPathDelay(uncorrected(sync), uncorrected(delay));
        this.#uncorrectedPathDelays =
          this.#uncorrectedPathDelays === undefined
            ? movingMedian(meanPathDelayMedianLength, latest)
            : withSample(this.#uncorrectedPathDelays, latest);
        return;
      }
      case 'offset': {
        const { sync, offsetFromMaster: corrected, meanPathDelay: delay } = measurement;
        // A link that is measured peer to peer has no clock on it that could have corrected anything.
        const uncorrectedDelay = this.#uncorrectedPathDelays?.median ?? delay;
        this.#onSample({
          sequenceId: sync.sequenceId,
          corrected: inNanoseconds(corrected, delay),
          uncorrected: inNanoseconds(
            offsetFromMaster(uncorrected(sync), uncorrectedDelay),
            uncorrectedDelay,
          ),
        });
      }
    }
  }
}

function inNanoseconds(offset: TimeInterval, delay: TimeInterval): OffsetAndDelay {
  return { offsetNs: timeIntervalToNs(offset), meanPathDelayNs: timeIntervalToNs(delay) };
}

/** The same measurement as a clock would take it that knows no correctionField: what a plain switch leaves one with. */
export function uncorrected<Measured extends { readonly correctionField: TimeInterval }>(
  measured: Measured,
): Measured {
  return { ...measured, correctionField: zeroTimeInterval };
}
