/** What is measured of one subject, once. */

import type { Measurements } from './measurements.js';
import { BACKGROUND_RATES, FAN_OUT_RATE, metric } from './metrics.js';
import {
  GENERATOR_CPU,
  SUBJECT_CPU,
  TIMING_RATE,
  timingPlacement,
  withSubject,
} from './placement.js';
import { HIGHEST_RATE, highestLossFreeRate } from './search.js';
import type { Subject } from './subjects.js';

const SEARCH_STEPS = 9;
const SEARCH_START = { twoPorts: 16_000, exchanges: 8_000, eightPorts: 8_000 };

export interface SuiteContext {
  readonly measurements: Measurements;
  /** How long each load lasts, in milliseconds. */
  readonly timingMs: number;
  readonly trialMs: number;
  /** Leaves out what no target asks for. */
  readonly judgedOnly: boolean;
}

type Suite = (subject: Subject, context: SuiteContext) => Promise<void>;

/** Transit of Follow_Up on one port while another one asks and is not answered. */
const background: Suite = async (subject, { measurements, timingMs }) => {
  const { subjectCpu, load } = timingPlacement(subject);
  const shape = { sinks: 1, background: true };
  await withSubject(shape, subject, 'l2', subjectCpu, async (rig) => {
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

const twoPortCapacity: Suite = async (subject, { measurements, trialMs, judgedOnly }) => {
  await withSubject({ sinks: 1 }, subject, 'l2', SUBJECT_CPU, async (rig) => {
    const load = { cpu: GENERATOR_CPU, milliseconds: trialMs };
    const limits = { highest: HIGHEST_RATE, steps: SEARCH_STEPS };
    for (const [name, stream, start] of [
      [metric.twoPortPairs, 'pairs', SEARCH_START.twoPorts],
      [metric.twoPortExchanges, 'exchanges', SEARCH_START.exchanges],
    ] as const) {
      if (judgedOnly && name !== metric.twoPortPairs) continue;
      const rate = await highestLossFreeRate((offered) => rig.offer(offered), stream, load, {
        ...limits,
        start,
      });
      measurements.addRate(name, subject.name, rate);
    }
  });
};

const eightPortCapacity: Suite = async (subject, { measurements, trialMs, judgedOnly }) => {
  await withSubject({ sinks: 7 }, subject, 'l2', SUBJECT_CPU, async (rig) => {
    const load = { cpu: GENERATOR_CPU, milliseconds: trialMs };
    const { pairs } = await rig.offer({ ...load, pairs: FAN_OUT_RATE });
    measurements.add(
      metric.eightPortDelivered,
      subject.name,
      100 * (1 - pairs.lost / pairs.expected),
    );
    if (judgedOnly) return;
    const rate = await highestLossFreeRate((offered) => rig.offer(offered), 'pairs', load, {
      start: SEARCH_START.eightPorts,
      highest: HIGHEST_RATE,
      steps: SEARCH_STEPS,
    });
    measurements.addRate(metric.eightPortPairs, subject.name, rate);
  });
};

export const suites: Readonly<Record<string, Suite>> = {
  background,
  'two-port-capacity': twoPortCapacity,
  'eight-port-capacity': eightPortCapacity,
};
