/**
 * What is measured of one subject, once. Times are taken at a low rate with the subject on the processor that the
 * frames arrive on, as an interrupt would have it: waking another (virtual) processor takes longer than forwarding,
 * and says nothing about the subject. A subject that spins has a processor to itself, and is compared with ptp4l on one
 * of its own. Capacity is taken with a processor for the subject alone.
 */

import type { Measurements } from './measurements.js';
import { BACKGROUND_RATES, FAN_OUT_RATE, metric } from './metrics.js';
import { Rig, type RigShape } from './rig.js';
import { highestLossFreeRate } from './search.js';
import type { Subject } from './subjects.js';
import type { Load, LoadTransport } from './load.js';

const GENERATOR_CPU = 0;
const SUBJECT_CPU = 1;
const TIMING_RATE = 1_000;
const HIGHEST_RATE = 128_000;
const SEARCH_STEPS = 8;
const SEARCH_START = { twoPorts: 16_000, exchanges: 8_000, eightPorts: 2_000 };

export interface SuiteContext {
  readonly measurements: Measurements;
  /** How long each load lasts, in milliseconds. */
  readonly timingMs: number;
  readonly trialMs: number;
}

type Suite = (subject: Subject, context: SuiteContext) => Promise<void>;

async function withRig(
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

/** Where the subject runs and how the generator behaves when times are taken. */
function timingPlacement(subject: Subject): {
  subjectCpu: number;
  load: Pick<Load, 'cpu' | 'yielding'>;
} {
  return {
    subjectCpu: subject.ownProcessor ? SUBJECT_CPU : GENERATOR_CPU,
    load: { cpu: GENERATOR_CPU, yielding: !subject.ownProcessor },
  };
}

/** Transit of Sync, Follow_Up and Delay_Req, and what the correction leaves over. */
const transit: Suite = async (subject, { measurements, timingMs }) => {
  const { subjectCpu, load } = timingPlacement(subject);
  for (const transport of ['l2', 'udp4'] as const) {
    await withRig({ sinks: 1 }, subject, transport, subjectCpu, async (rig) => {
      const common = { ...load, transport, milliseconds: timingMs };
      const { pairs } = await rig.offer({ ...common, pairs: TIMING_RATE });
      const { exchanges } = await rig.offer({ ...common, exchanges: TIMING_RATE });
      for (const [message, timing] of [
        ['Sync', pairs.eventTransitNs],
        ['Follow_Up', pairs.generalTransitNs],
        ['Delay_Req', exchanges.eventTransitNs],
      ] as const) {
        if (timing.count === 0) continue; // the generator, which yields, was not given the time
        measurements.add(metric.transit(transport, message, 'p50'), subject.name, timing.p50);
        measurements.add(metric.transit(transport, message, 'p99'), subject.name, timing.p99);
      }
      for (const [message, timing] of [
        ['Sync', pairs.residualNs],
        ['Delay_Req', exchanges.residualNs],
      ] as const) {
        if (timing.count === 0) continue;
        for (const [figure, value] of [
          ['mean', timing.mean],
          ['standard deviation', timing.standardDeviation],
          ['deviation within 100', timing.deviationWithinWindow],
        ] as const) {
          measurements.add(metric.residual(transport, message, figure), subject.name, value);
        }
      }
    });
  }
};

/** Transit of Follow_Up on one port while another one asks and is not answered. */
const background: Suite = async (subject, { measurements, timingMs }) => {
  const { subjectCpu, load } = timingPlacement(subject);
  const shape = { sinks: 1, background: true };
  await withRig(shape, subject, 'l2', subjectCpu, async (rig) => {
    for (const requests of BACKGROUND_RATES) {
      const report = await rig.offer({
        ...load,
        pairs: TIMING_RATE,
        requests,
        milliseconds: timingMs,
      });
      measurements.add(
        metric.followUpUnder(requests),
        subject.name,
        report.pairs.generalTransitNs.p50,
      );
    }
  });
};

const twoPortCapacity: Suite = async (subject, { measurements, trialMs }) => {
  await withRig({ sinks: 1 }, subject, 'l2', SUBJECT_CPU, async (rig) => {
    const load = { cpu: GENERATOR_CPU, milliseconds: trialMs };
    const limits = { highest: HIGHEST_RATE, steps: SEARCH_STEPS };
    measurements.add(
      metric.twoPortPairs,
      subject.name,
      await highestLossFreeRate((offered) => rig.offer(offered), 'pairs', load, {
        ...limits,
        start: SEARCH_START.twoPorts,
      }),
    );
    measurements.add(
      metric.twoPortExchanges,
      subject.name,
      await highestLossFreeRate((offered) => rig.offer(offered), 'exchanges', load, {
        ...limits,
        start: SEARCH_START.exchanges,
      }),
    );
  });
};

const eightPortCapacity: Suite = async (subject, { measurements, trialMs }) => {
  await withRig({ sinks: 7 }, subject, 'l2', SUBJECT_CPU, async (rig) => {
    const load = { cpu: GENERATOR_CPU, milliseconds: trialMs };
    const { pairs } = await rig.offer({ ...load, pairs: FAN_OUT_RATE });
    measurements.add(
      metric.eightPortDelivered,
      subject.name,
      100 * (1 - pairs.lost / pairs.expected),
    );
    measurements.add(
      metric.eightPortPairs,
      subject.name,
      await highestLossFreeRate((offered) => rig.offer(offered), 'pairs', load, {
        start: SEARCH_START.eightPorts,
        highest: HIGHEST_RATE,
        steps: SEARCH_STEPS,
      }),
    );
  });
};

export const suites: Readonly<Record<string, Suite>> = {
  transit,
  background,
  'two-port-capacity': twoPortCapacity,
  'eight-port-capacity': eightPortCapacity,
};
