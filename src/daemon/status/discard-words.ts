/** In words, why a clock takes no account of an Announce or a Sync that it has received. */

interface Words {
  readonly text: string;
  /** An operator is to read it in the log: a master is not followed, or not heard, because of it, and no event says so. */
  readonly isTold?: boolean;
  readonly of: 'Announce' | 'Sync' | 'other';
}

/** By DiscardReason (src/core/exchange/discard-reason.ts); a reason that is not here says enough by its name. */
const words: Readonly<Record<string, Words>> = {
  unqualifiedAnnounce: {
    of: 'Announce',
    isTold: true,
    text: 'an Announce cannot qualify (9.3.2.5, 17.3.2): it has come through 255 clocks, or is of an alternate master',
  },
  staleAnnounce: {
    of: 'Announce',
    isTold: true,
    text: 'an Announce has the sequenceId of an earlier one of its sender: it came twice, or the sender does not count (7.3.7)',
  },
  announceLoop: {
    of: 'Announce',
    isTold: true,
    text: 'an Announce has come through this clock before (PATH_TRACE): PTP goes round a loop',
  },
  tooManyForeignMasters: {
    of: 'Announce',
    isTold: true,
    text: 'there are more masters than are remembered (32 a port)',
  },
  foreignMasterDisplaced: {
    of: 'Announce',
    isTold: true,
    text: 'there are more masters than are remembered (32 a port): a better one has taken the place of another',
  },
  masterOnlyPort: {
    of: 'Announce',
    isTold: true,
    text: 'somebody announces himself on a port that is masterOnly and follows nobody',
  },
  notAcceptableMaster: {
    of: 'Announce',
    isTold: true,
    text: 'somebody announces himself who is not among the acceptableMasters',
  },
  sequenceIdStuck: {
    of: 'Announce',
    isTold: true,
    text: 'the sequenceId of a master does not count (7.3.7): one of its Announces in two announce intervals is taken',
  },
  announcesTooSeldom: {
    of: 'Announce',
    text: 'a master announces itself too seldom for this port to follow it: set logAnnounceInterval on both to the same',
  },
  worseThanThisClock: {
    of: 'Announce',
    isTold: true,
    text: 'this clock is slaveOnly and follows nobody, because it is better than the best master that it hears: set its priority1 to 255',
  },
  portsOnOneNetwork: {
    of: 'Announce',
    isTold: true,
    text: 'it is on one network with another port of this clock, of a lower number, and passive as long as that one is heard (9.5.2.2)',
  },
  ownMessage: {
    of: 'Announce',
    isTold: true,
    text: 'a message has the clockIdentity of this clock: PTP comes back round a loop, two of its ports are on one network, or another clock has the same identity',
  },
  malformedTlv: {
    of: 'Announce',
    isTold: true,
    text: 'a message has a TLV that its length does not hold: an Announce is taken without it and what follows it, another message is lost',
  },
  tooManyAnnounceTlvs: {
    of: 'Announce',
    text: 'the TLVs of an Announce that are to go on are more than one frame holds: the last ones are not handed on',
  },
  announceTlvEndsHere: {
    of: 'Announce',
    text: 'a TLV of an Announce ends here: a boundary clock hands on only those of types 0x0009 and 0x4000 to 0x7FFF (14.2)',
  },
  noStepsLeft: {
    of: 'Announce',
    isTold: true,
    text: 'this clock is 255 steps from its grandmaster: clocks behind it cannot follow it (9.3.2.5)',
  },
  organizationManagement: {
    of: 'other',
    text: "a management message has an organization's TLV, as those of ST 2059-2: it is for others, and no error",
  },
  otherMaster: { of: 'Sync', text: 'Sync of a port that this clock does not follow' },
  followUpMissing: { of: 'Sync', text: 'the Follow_Up of a Sync did not come' },
  staleFollowUp: { of: 'Sync', text: 'a Follow_Up came after the next Sync' },
  correctionTooBig: { of: 'Sync', text: 'a correctionField says that the time is not known' },
  offsetOutlier: { of: 'Sync', text: 'an offset is far from those before it' },
  noIngressTimestamp: { of: 'Sync', text: 'an event message came without a time stamp' },
};

export function discardWords(reason: string): Words | undefined {
  return words[reason];
}
