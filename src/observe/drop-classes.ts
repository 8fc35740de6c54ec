/**
 * What a message that does not go on means to whoever runs the switch: it is lost and should have gone on, or it was not for here, or
 * it was no message. By the engine's reasons, the counters `drop.*` (addon/dataplane/counters.h).
 */

export type DropClass = (typeof dropClasses)[number];

export const dropClasses = ['lost', 'discarded', 'malformed'] as const;

/** Every reason is in one class; a test holds them against the engine's. */
const reasons: Readonly<Record<DropClass, readonly string[]>> = {
  /** Somebody waits for them: to be looked into. */
  lost: [
    ...['correctionUnknown', 'linkDelayUnknown', 'noRequest', 'unexpectedFollowUp'],
    ...['answerByOtherPort', 'mergedByOffload', 'sendFailed', 'eventQueueFull'],
    ...['heldExpired', 'heldFull', 'recordsFull', 'receiveRingFull'],
  ],
  /** Not for here, not by here, or here already: it goes on in normal service. */
  discarded: [
    ...['noPolicy', 'byPolicy', 'destinationOnIngressPort', 'noEgressPort', 'linkDown'],
    ...['portBlocked', 'vlanNotAdmitted', 'repeatedAtOtherPort', 'repeatedAtSamePort'],
    ...['portIsolated', 'otherDelayMechanism', 'heldSuperseded'],
  ],
  /** Frames that no standard allows, or that are no PTP message of a version that is known here. */
  malformed: [
    ...['shortFrame', 'tooManyVlanTags', 'badIpHeader', 'badIpChecksum', 'ipFragment'],
    ...['badUdpLength', 'badUdpChecksum', 'badVersion', 'reservedMessageType', 'badMessageLength'],
    ...['frameTooLong', 'badSourceAddress'],
  ],
};

const classOf: ReadonlyMap<string, DropClass> = new Map(
  dropClasses.flatMap((each) => reasons[each].map((reason) => [reason, each] as const)),
);

/** Of a reason without its group; what is not known here is lost, so that nobody overlooks it. */
export function dropClassOf(reason: string): DropClass {
  return classOf.get(reason) ?? 'lost';
}

/** How many messages did not go on, by what that means. */
export type Dropped = Readonly<Record<DropClass, number>>;

/** @param drops by reason, as the group `drop` of a port's counters */
export function droppedOf(drops: Readonly<Record<string, number>> | undefined): Dropped {
  const dropped = { lost: 0, discarded: 0, malformed: 0 };
  for (const [reason, count] of Object.entries(drops ?? {})) dropped[dropClassOf(reason)] += count;
  return dropped;
}

/** Of every class, for the tests. */
export function reasonsOf(dropClass: DropClass): readonly string[] {
  return reasons[dropClass];
}
