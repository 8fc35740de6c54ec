/**
 * The receiving half of a port of a clock, at work while the port follows a master: the receiver, and what is waited for from
 * that master.
 */
import type { DiscardReason } from '../../exchange/discard-reason.js';
import type { LinkDelay, Output } from '../../io.js';
import type { MeasurementLimits } from '../../profile/profile.js';
import { samePortIdentity } from '../../time/identity.js';
import type { ClockPortSettings } from '../clock-port-settings.js';
import { firstReceiverContext, withContextsFrom } from '../contexts.js';
import { discarded, type PortEvent, type PortSettings } from '../port.js';
import type { ReceivedAnnounce } from '../received-announce.js';
import { Receipts, type MissingMessage, type Measured, type ReceiptSettings } from './receipts.js';
import {
  stepReceiver,
  stopReceiver,
  type ReceiverSettings,
  type ReceiverTransition,
} from './receiver.js';
import {
  followMaster,
  forgetPath,
  initialReceiverState,
  withMasterAddress,
  type ReceiverState,
} from './receiver-state.js';

/** What a port asks of the clock that it is part of. */
export type PortEnvironment = Required<
  Pick<ReceiverSettings, 'random' | 'pathDelaysNeeded' | 'timeAt'>
> & { readonly limits: MeasurementLimits };

export interface ReceivingHalfOptions {
  readonly identity: PortSettings;
  /** As they are now. */
  readonly settings: () => ClockPortSettings;
  readonly environment: PortEnvironment;
  /** Where delayMechanism is p2p. */
  readonly linkDelay: (() => LinkDelay) | undefined;
}

export class ReceivingHalf {
  readonly #options: ReceivingHalfOptions;
  readonly #receipts = new Receipts();
  #state: ReceiverState;

  constructor(options: ReceivingHalfOptions) {
    this.#options = options;
    this.#state = initialReceiverState(options.settings());
  }

  /** What the master tells, while there is one (8.2.15.2.2). */
  get logMinDelayReqInterval(): number {
    return this.#state.logMinDelayReqInterval;
  }

  /** Follows the sender of `announce`; nothing that was measured before counts. */
  follow(announce: ReceivedAnnounce): readonly Output[] {
    const { identity, settings } = this.#options;
    const before = this.#state;
    const portIdentity = announce.message.header.sourcePortIdentity;
    const sameMaster =
      before.measuring.kind !== 'idle' &&
      samePortIdentity(before.measuring.master.portIdentity, portIdentity);
    const stopped = stopReceiver(identity, before);
    this.#state = followMaster(settings(), before, { portIdentity, address: announce.source });
    return [...stopped.outputs, ...this.#receipts.begin(this.#receiptSettings, sameMaster)];
  }

  stop(): readonly Output[] {
    const { state, outputs } = stopReceiver(this.#options.identity, this.#state);
    this.#state = state;
    return [...outputs, ...this.#receipts.stop(this.#receiptSettings)];
  }

  /** The master that is followed has sent another Announce, from that address. */
  hearMaster({ source }: ReceivedAnnounce): void {
    this.#state = withMasterAddress(this.#state, source);
  }

  /** Time stamps are raw. The contexts of its events are the ones that `sendEvent` was given. */
  step(event: Exclude<PortEvent, { kind: 'link' }>): Omit<ReceiverTransition, 'state'> {
    const inner =
      'context' in event ? { ...event, context: event.context - firstReceiverContext } : event;
    const { state, outputs, measurement } = stepReceiver(
      this.#receiverSettings(),
      this.#state,
      inner,
    );
    this.#state = state;
    this.#noteOutputs(event, outputs);
    return {
      outputs: outputs.map((output) => withContextsFrom(firstReceiverContext, output)),
      ...(measurement !== undefined && { measurement }),
    };
  }

  /** The master has sent a Sync that tells that interval. */
  noteSync(logMessageInterval: number): void {
    this.#receipts.noteSync(logMessageInterval);
  }

  /** The servo does not believe what the latest Sync has told. */
  noteOutlier(): Output {
    this.#receipts.noteDiscard('sync', 'offsetOutlier');
    return discarded(this.#options.identity, 'offsetOutlier');
  }

  /** A Sync was of use: the next one is waited for. */
  syncUsed(): Output {
    return this.#receipts.syncUsed(this.#receiptSettings);
  }

  /** A path delay counts, or the first Delay_Req is about to be sent (`begins`): the next path delay is waited for. */
  delayUsed(begins = false): Output {
    return this.#receipts.delayUsed(
      this.#receiptSettings,
      this.#state.logMinDelayReqInterval,
      begins,
    );
  }

  /** What the port needs of its master has stayed away for too long. */
  receiptExpired(measured: Measured): void {
    this.#receipts.expire(measured);
    if (measured === 'delay') this.#state = forgetPath(this.#state);
  }

  /** What the port lacks to follow its master. */
  missing(): readonly MissingMessage[] {
    return this.#receipts.missing(this.#options.linkDelay?.());
  }

  /** Which of the two kinds of measurement has begun, or come to nothing and why. */
  #noteOutputs(event: Exclude<PortEvent, { kind: 'link' }>, outputs: readonly Output[]): void {
    const ofSync =
      event.kind === 'message' &&
      (event.message.messageType === 'Sync' || event.message.messageType === 'Follow_Up');
    for (const output of outputs) {
      if (output.kind === 'sendEvent') this.#receipts.noteDelayReq();
      if (output.kind !== 'discarded' || output.reason === 'otherMaster') continue;
      this.#receipts.noteDiscard(ofSync ? 'sync' : 'delay', output.reason as DiscardReason);
    }
  }

  get #receiptSettings(): ReceiptSettings {
    const { identity, settings, environment } = this.#options;
    const { logSyncInterval } = settings();
    return { identity, limits: environment.limits, logSyncInterval };
  }

  #receiverSettings(): ReceiverSettings {
    const { identity, settings, linkDelay } = this.#options;
    const { limits, ...environment } = this.#options.environment;
    const { meanPathDelayNs, toldLogMinDelayReqInterval } = limits;
    return {
      ...{ ...identity, ...settings(), ...environment, transmission: 'multicast' },
      ...{ meanPathDelayNs, toldLogMinDelayReqInterval },
      ...(linkDelay !== undefined && { linkDelay }),
    };
  }
}
