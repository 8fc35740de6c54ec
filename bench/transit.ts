/**
 * Transit of Sync, Follow_Up and Delay_Req, and what the correction leaves over. Subjects on the generator's processor
 * stand side by side, idle but for the one whose turn it is: turns of a second meet the same state of the machine, as
 * starting each anew does not. Those with a processor of their own would be in one another's way there.
 */

import type { Load, LoadReport, LoadTransport } from './load.js';
import type { Measurements } from './measurements.js';
import { metric } from './metrics.js';
import { TIMING_RATE, timingPlacement, withSubject } from './placement.js';
import type { Rig } from './rig.js';
import type { Subject } from './subjects.js';

const TRANSPORTS = ['l2', 'udp4'] as const;
/** A generator that yields may be given no time at all on a busy machine. */
const ATTEMPTS = 3;

export interface TransitDurations {
  /** How long each load lasts, in milliseconds, for subjects with a processor of their own. */
  readonly timingMs: number;
  /** Of each of the others, while it stands. */
  readonly transitTurns: number;
  /** The same as timingMs, for them. */
  readonly transitTurnMs: number;
}

/** One start of every subject, on each transport. */
export async function measureTransit(
  measurements: Measurements,
  subjects: readonly Subject[],
  { timingMs, transitTurns, transitTurnMs }: TransitDurations,
): Promise<void> {
  const together = subjects.filter(({ ownProcessor }) => !ownProcessor);
  const alone = subjects.filter(({ ownProcessor }) => ownProcessor);
  for (const transport of TRANSPORTS) {
    const take = (subject: Subject, rig: Rig, milliseconds: number) =>
      measureTimes(measurements, subject, rig, { transport, milliseconds });
    await withAll(together, transport, async (rigs) => {
      for (let turn = 0; turn < transitTurns; turn++) {
        const order = turn % 2 === 0 ? rigs : rigs.toReversed();
        for (const { subject, rig } of order) await take(subject, rig, transitTurnMs);
      }
    });
    for (const subject of alone) {
      await withSubject(
        { sinks: 1 },
        subject,
        transport,
        timingPlacement(subject).subjectCpu,
        (rig) => take(subject, rig, timingMs),
      );
    }
  }
}

interface Standing {
  readonly subject: Subject;
  readonly rig: Rig;
}

/** Starts them one after the other. */
async function withAll(
  [first, ...others]: readonly Subject[],
  transport: LoadTransport,
  measure: (rigs: readonly Standing[]) => Promise<void>,
): Promise<void> {
  if (first === undefined) return measure([]);
  const { subjectCpu } = timingPlacement(first);
  await withSubject({ sinks: 1 }, first, transport, subjectCpu, (rig) =>
    withAll(others, transport, (rigs) => measure([{ subject: first, rig }, ...rigs])),
  );
}

async function measureTimes(
  measurements: Measurements,
  subject: Subject,
  rig: Rig,
  offered: Pick<Load, 'transport' | 'milliseconds'> & { readonly transport: LoadTransport },
): Promise<void> {
  const load = { ...timingPlacement(subject).load, ...offered };
  const { transport } = offered;
  const { pairs } = await sampled(rig, { ...load, pairs: TIMING_RATE }, 'pairs');
  const { exchanges } = await sampled(rig, { ...load, exchanges: TIMING_RATE }, 'exchanges');
  for (const [message, timing] of [
    ['Sync', pairs.eventTransitNs],
    ['Follow_Up', pairs.generalTransitNs],
    ['Delay_Req', exchanges.eventTransitNs],
  ] as const) {
    measurements.add(metric.transit(transport, message, 'p50'), subject.name, timing.p50);
    measurements.add(metric.transit(transport, message, 'p99'), subject.name, timing.p99);
  }
  for (const [message, timing] of [
    ['Sync', pairs.residualNs],
    ['Delay_Req', exchanges.residualNs],
  ] as const) {
    for (const [figure, value] of [
      ['mean', timing.mean],
      ['standard deviation', timing.standardDeviation],
      ['deviation within 100', timing.deviationWithinWindow],
    ] as const) {
      measurements.add(metric.residual(transport, message, figure), subject.name, value);
    }
  }
}

/** The report of a load of which there is at least one sample of everything. */
async function sampled(rig: Rig, load: Load, stream: 'pairs' | 'exchanges'): Promise<LoadReport> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const report = await rig.offer(load);
    const { eventTransitNs, generalTransitNs, residualNs } = report[stream];
    const timings = [eventTransitNs, residualNs, ...(stream === 'pairs' ? [generalTransitNs] : [])];
    if (timings.every(({ count }) => count !== 0)) return report;
  }
  throw new Error(`of ${ATTEMPTS} loads of ${stream} none got through: is the machine busy?`);
}
