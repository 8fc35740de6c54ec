/**
 * Whether a follow-up comes after a Sync or a Pdelay_Resp (clauses 9.5.9, 11.4.2). twoStepFlag is to say it, but there are
 * senders that leave it clear and send follow-ups all the same. Their event messages hold no times, so a clock that
 * believed the flag would measure nonsense.
 */
import { Flag } from '../wire/header.js';
import type { MessageOf } from '../wire/message.js';

/** 802.1AS-2020, 10.6.2.2.1: the sdoId of gPTP. */
export const sdoIdOf8021As = 0x100;

/** A sender whose messages have twoStepFlag clear has sent a follow-up to one of them. */
export interface FollowUpEvidence {
  /** Its event messages in a row, since then, without one. */
  readonly missed: number;
}

/**
 * Follow-ups get lost, so a single one that does not come proves nothing; but a sender that sends no more of them must not
 * be waited for for ever.
 */
const maxMissed = 3;

export const followUpSeen: FollowUpEvidence = { missed: 0 };

/** One more event message of that sender had no follow-up. */
export function withoutFollowUp(
  evidence: FollowUpEvidence | undefined,
): FollowUpEvidence | undefined {
  if (evidence === undefined || evidence.missed + 1 >= maxMissed) return undefined;
  return { missed: evidence.missed + 1 };
}

/** `evidence`: of the sender of that message, if there is any. */
export function isTwoStep(
  { messageType, header, tlvs }: MessageOf<'Sync'> | MessageOf<'Pdelay_Resp'>,
  evidence: FollowUpEvidence | undefined,
): boolean {
  if ((header.flagField & Flag.twoStep) !== 0 || evidence !== undefined) return true;
  if (header.sdoId !== sdoIdOf8021As) return false;
  // 802.1AS-2011, table 11-4: twoStepFlag is reserved, and ignored on reception. The one-step Sync that there is since 2020
  // carries the Follow_Up information TLV itself; a Pdelay_Resp is always two-step.
  return messageType === 'Pdelay_Resp' || tlvs.length === 0;
}
