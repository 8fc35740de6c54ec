/**
 * Who runs where. Times are taken at a low rate with the subject on the processor that the frames arrive on, as an
 * interrupt would have it: waking another (virtual) processor takes longer than forwarding, and says nothing about the
 * subject. A subject that spins has a processor to itself, and is compared with ptp4l on one of its own. Capacity is taken
 * with a processor for the subject alone.
 */

import type { Load, LoadTransport } from './load.js';
import { Rig, type RigShape } from './rig.js';
import type { Subject } from './subjects.js';

export const GENERATOR_CPU = 0;
export const SUBJECT_CPU = 1;
/** Messages of each kind a second, where times are taken. */
export const TIMING_RATE = 1_000;

/** Where the subject runs and how the generator behaves when times are taken. */
export function timingPlacement(subject: Subject): {
  subjectCpu: number;
  load: Pick<Load, 'cpu' | 'yielding'>;
} {
  return {
    subjectCpu: subject.ownProcessor ? SUBJECT_CPU : GENERATOR_CPU,
    load: { cpu: GENERATOR_CPU, yielding: !subject.ownProcessor },
  };
}

/** Builds the rig, starts the subject in it, and removes both after `measure`. */
export async function withSubject(
  shape: RigShape,
  subject: Subject,
  transport: LoadTransport,
  cpu: number,
  measure: (rig: Rig) => Promise<void>,
): Promise<void> {
  const rig = new Rig(shape);
  try {
    await subject.start(rig, transport, cpu);
    await measure(rig);
  } finally {
    await rig.close();
  }
}
