/** gm - bc1 - bc2 - slave, the grandmaster announcing a leap second at 15 s; at 30 s it is over. */
import type { Cable } from '../../../src/native/virtual/cable.js';
import { initialTimeProperties } from '../../../src/core/datasets/time-properties.js';
import type { BoundaryNode } from './boundary-clock.js';
import type { TimeError } from './samples.js';
import { Scenario } from './scenario.js';

export interface LeapSecondModel {
  readonly seed: number;
  readonly leap: 'leap61' | 'leap59';
  /** currentUtcOffset afterwards; before, it is 37. */
  readonly after: number;
}

/** currentUtcOffset, currentUtcOffsetValid, leap61, leap59, ptpTimescale. */
export type ShownTime = readonly [number, boolean, boolean, boolean, boolean];

export interface LeapSecond {
  readonly scenario: Scenario;
  readonly clocks: readonly BoundaryNode[];
  readonly errors: readonly (readonly TimeError[])[];
  /** Behind the grandmaster. */
  readonly cable: Cable;
  readonly timeOf: (clock: BoundaryNode) => ShownTime;
}

const announcedAt = 15e9;
const overAt = 30e9;

export function leapSecond({ seed, leap, after }: LeapSecondModel): LeapSecond {
  const scenario = new Scenario(seed);
  const { timeline } = scenario.network;
  const gm = scenario.timeSource('gm', {
    logAnnounceInterval: 0,
    logSyncInterval: -3,
    timeProperties: () => ({
      ...initialTimeProperties,
      currentUtcOffset: timeline.now < overAt ? 37 : after,
      currentUtcOffsetValid: true,
      ptpTimescale: true,
      [leap]: timeline.now >= announcedAt && timeline.now < overAt,
    }),
  });
  const bc1 = scenario.boundaryClock('bc1', { clock: { driftPpb: 8_000 } });
  const bc2 = scenario.boundaryClock('bc2', { clock: { driftPpb: -2_000 } });
  const slave = scenario.slave('slave');
  const cable = scenario.connect(gm, 0, bc1, 0);
  scenario.connect(bc1, 1, bc2, 0);
  scenario.connect(bc2, 1, slave, 0);
  const clocks = [bc1, bc2, slave];
  const errors = clocks.map((clock) => scenario.compare(clock, gm));
  return { scenario, clocks, errors, cable, timeOf };
}

function timeOf(clock: BoundaryNode): ShownTime {
  const { currentUtcOffset, currentUtcOffsetValid, leap61, leap59, ptpTimescale } =
    clock.state().timePropertiesDS;
  return [currentUtcOffset, currentUtcOffsetValid, leap61, leap59, ptpTimescale];
}
