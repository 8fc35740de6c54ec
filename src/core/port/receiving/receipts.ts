/**
 * Whether what a slave needs of its master comes in time: an offset to steer by with its Syncs, and end to end a delay of the
 * path. What stays away for longer than its timeout is missing, and what was seen of its messages meanwhile says which
 * of them is the reason. Each timer is started anew by what was used, not by a message that came to nothing.
 */
import type { DiscardReason } from '../../exchange/discard-reason.js';
import type { LinkDelay, Output } from '../../io.js';
import { isWithin, type MeasurementLimits } from '../../profile/profile.js';
import { durationNs, durationOfLogInterval, type DurationNs } from '../../time/instant.js';
import type { MessageType } from '../../wire/header.js';
import { timersOf, type PortSettings } from '../port.js';

/** A message that a clock lacks to follow its master. */
export interface MissingMessage {
  readonly messageType: MessageType;
  /**
   * `absent`: none has come; `late`: those that come belong to what is given up already; `refused`: what they tell is not
   * believed; `noTimestamp`: this clock's own time stamp of it is missing.
   */
  readonly how: 'absent' | 'late' | 'refused' | 'noTimestamp';
}

/** What one kind of measurement has come to. */
interface Receipt {
  readonly overdue: boolean;
  /** Since it was used last: event messages that would have begun one, and how often it came to nothing for each reason. */
  readonly begun: number;
  readonly reasons: Readonly<Record<string, number>>;
}

const fresh: Receipt = { overdue: false, begun: 0, reasons: {} };

/** What a reason says is missing. Of two that have come up as often the one that is first here is the cause of the other. */
const causes: Readonly<Record<Measured, readonly (readonly [DiscardReason, MissingMessage])[]>> = {
  sync: [
    ['noIngressTimestamp', { messageType: 'Sync', how: 'noTimestamp' }],
    ['correctionTooBig', { messageType: 'Follow_Up', how: 'refused' }],
    ['staleFollowUp', { messageType: 'Follow_Up', how: 'late' }],
    ['offsetOutlier', { messageType: 'Sync', how: 'refused' }],
  ],
  delay: [
    ['transmitTimestampLost', { messageType: 'Delay_Req', how: 'noTimestamp' }],
    ['correctionTooBig', { messageType: 'Delay_Resp', how: 'refused' }],
    ['pathDelayOutOfRange', { messageType: 'Delay_Resp', how: 'refused' }],
    ['pathDelayOutlier', { messageType: 'Delay_Resp', how: 'refused' }],
    ['unexpectedDelayResp', { messageType: 'Delay_Resp', how: 'late' }],
  ],
};

export interface ReceiptSettings {
  readonly identity: PortSettings;
  readonly limits: MeasurementLimits;
  readonly logSyncInterval: number;
}

/** The two kinds of measurement. */
export type Measured = 'sync' | 'delay';

export class Receipts {
  #sync: Receipt = fresh;
  #delay: Receipt = fresh;
  /** As the master's Syncs tell it. */
  #toldLogSyncInterval: number | undefined;

  /** From here on a master is followed. */
  begin(settings: ReceiptSettings, sameMaster: boolean): readonly Output[] {
    if (!sameMaster) {
      this.#sync = fresh;
      this.#delay = fresh;
      this.#toldLogSyncInterval = undefined;
    }
    const { delayReceipt: timer } = timersOf(settings.identity);
    return [{ kind: 'cancelTimer', timer }, this.#awaitSync(settings)];
  }

  /** Nobody is followed any more. */
  stop({ identity }: Pick<ReceiptSettings, 'identity'>): readonly Output[] {
    const { syncReceipt, delayReceipt } = timersOf(identity);
    this.#sync = fresh;
    this.#delay = fresh;
    return [
      { kind: 'cancelTimer', timer: syncReceipt },
      { kind: 'cancelTimer', timer: delayReceipt },
    ];
  }

  /** The master has sent a Sync, whatever becomes of it. */
  noteSync(logMessageInterval: number): void {
    this.#toldLogSyncInterval = logMessageInterval;
    this.#sync = { ...this.#sync, begun: this.#sync.begun + 1 };
  }

  /** This clock has sent a Delay_Req. */
  noteDelayReq(): void {
    this.#delay = { ...this.#delay, begun: this.#delay.begun + 1 };
  }

  /** Something has come to nothing. */
  noteDiscard(measured: Measured, reason: DiscardReason): void {
    if (measured === 'sync') this.#sync = withReason(this.#sync, reason);
    else this.#delay = withReason(this.#delay, reason);
  }

  /** A Sync was of use. */
  syncUsed(settings: ReceiptSettings): Output {
    this.#sync = fresh;
    return this.#awaitSync(settings);
  }

  /** A path delay counts, or the first Delay_Req is about to be sent (`begins`). */
  delayUsed(
    { identity, limits }: ReceiptSettings,
    logMinDelayReqInterval: number,
    begins = false,
  ): Output {
    if (!begins) this.#delay = fresh;
    const { delayReceiptTimeout, minDelayReceiptTimeout } = limits;
    const timeout = delayReceiptTimeout * durationOfLogInterval(logMinDelayReqInterval);
    return {
      kind: 'setTimer',
      timer: timersOf(identity).delayReceipt,
      after: durationNs(Math.max(minDelayReceiptTimeout, timeout)),
    };
  }

  /** Its timer has expired. */
  expire(measured: Measured): void {
    if (measured === 'sync') this.#sync = { ...this.#sync, overdue: true };
    else this.#delay = { ...this.#delay, overdue: true };
  }

  /** @param linkDelay of a port that measures its link peer to peer */
  missing(linkDelay: LinkDelay | undefined): readonly MissingMessage[] {
    const ofLink = linkDelay === undefined ? undefined : missingOnLink(linkDelay);
    if (ofLink !== undefined) return [ofLink];
    return [
      ...(this.#sync.overdue ? [missingOf('sync', this.#sync)] : []),
      ...(this.#delay.overdue ? [missingOf('delay', this.#delay)] : []),
    ];
  }

  /** By the interval that the Syncs tell, if that is a sound one; else by the port's own. */
  #awaitSync({ identity, limits, logSyncInterval }: ReceiptSettings): Output {
    const { believableLogInterval } = identity.profile;
    const { syncReceiptTimeout, minSyncReceiptTimeout, maxSyncReceiptTimeout } = limits;
    const timeoutOf = (logInterval: number) =>
      syncReceiptTimeout * durationOfLogInterval(logInterval);
    const told = this.#toldLogSyncInterval;
    const isTold = told !== undefined && isWithin(believableLogInterval, told);
    const longest = Math.max(maxSyncReceiptTimeout, timeoutOf(logSyncInterval));
    const timeout: DurationNs = durationNs(
      Math.min(longest, timeoutOf(isTold ? told : logSyncInterval)),
    );
    return {
      kind: 'setTimer',
      timer: timersOf(identity).syncReceipt,
      after: durationNs(Math.max(minSyncReceiptTimeout, timeout)),
    };
  }
}

function withReason(receipt: Receipt, reason: DiscardReason): Receipt {
  const { reasons } = receipt;
  return { ...receipt, reasons: { ...reasons, [reason]: (reasons[reason] ?? 0) + 1 } };
}

/**
 * A reason that has come up less often than in so many is not why all came to nothing: a single outlier, and then silence. What
 * comes too late comes through a queue, which lets few pass.
 */
const fewest = { absent: 1, noTimestamp: 4, refused: 4, late: 16 } as const;

function missingOf(measured: Measured, { begun, reasons }: Receipt): MissingMessage {
  const most = causes[measured].reduce<{ times: number; missing?: MissingMessage }>(
    (found, [reason, missing]) => {
      const times = reasons[reason] ?? 0;
      return times > found.times ? { times, missing } : found;
    },
    { times: 0 },
  );
  if (most.missing !== undefined && fewest[most.missing.how] * most.times >= begun) {
    return most.missing;
  }
  if (measured === 'delay') return { messageType: 'Delay_Resp', how: 'absent' };
  return { messageType: begun === 0 ? 'Sync' : 'Follow_Up', how: 'absent' };
}

function missingOnLink(linkDelay: LinkDelay): MissingMessage | undefined {
  if (linkDelay.kind === 'measured') return undefined;
  switch (linkDelay.reason) {
    case 'linkDown':
    case 'measuring':
      return undefined;
    case 'noResponse':
      return { messageType: 'Pdelay_Resp', how: 'absent' };
    case 'multipleResponders':
    case 'linkDelayOutOfRange':
      return { messageType: 'Pdelay_Resp', how: 'refused' };
    case 'transmitTimestampLost':
      return { messageType: 'Pdelay_Req', how: 'noTimestamp' };
  }
}
