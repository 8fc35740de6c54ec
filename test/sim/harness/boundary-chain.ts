/** gm - bc1 - ... - bcN - slave: boundary clocks in a row. */
import type { Cable, CableModel } from '../../../src/native/virtual/cable.js';
import type { Device } from '../../../src/native/virtual/virtual-network.js';
import type { BoundaryClockModel, BoundaryNode } from './boundary-clock.js';
import type { TimeError } from './samples.js';
import { Scenario } from './scenario.js';

export interface BoundaryChainModel {
  readonly seed: number;
  /** How many boundary clocks there are between grandmaster and slave. */
  readonly clocks: number;
  readonly gm?: BoundaryClockModel;
  /** Of the clock in that place, counted from 0 behind the grandmaster, the slave being the last; its port 0 is upwards. */
  readonly clock?: (place: number) => BoundaryClockModel;
  /** Of the cable before that place. */
  readonly cable?: (place: number) => CableModel;
}

export interface BoundaryChain {
  readonly scenario: Scenario;
  readonly gm: BoundaryNode;
  /** The slave is the last one. */
  readonly clocks: readonly BoundaryNode[];
  /** By the place behind them. */
  readonly cables: readonly Cable[];
  /** Of each clock against the grandmaster. */
  readonly errors: readonly (readonly TimeError[])[];
}

export function boundaryChain(model: BoundaryChainModel): BoundaryChain {
  const scenario = new Scenario(model.seed);
  const gm = scenario.grandmaster('gm', model.gm);
  const clocks: BoundaryNode[] = [];
  const cables: Cable[] = [];
  for (let place = 0; place <= model.clocks; ++place) {
    const isSlave = place === model.clocks;
    const clock = isSlave
      ? scenario.slave('slave', model.clock?.(place))
      : scenario.boundaryClock(`bc${place + 1}`, model.clock?.(place));
    const above = clocks.at(-1);
    const cable = model.cable?.(place);
    cables.push(
      above === undefined
        ? scenario.connect(gm, 0, clock, 0, cable)
        : scenario.connect(above, 1, clock, 0, cable),
    );
    clocks.push(clock);
  }
  const errors = clocks.map((clock) => scenario.compare(clock, gm));
  return { scenario, gm, clocks, cables, errors };
}

export interface DomainChain {
  readonly gm: BoundaryNode;
  readonly slave: BoundaryNode;
  /** Of the slave against its grandmaster. */
  readonly errors: readonly TimeError[];
}

/**
 * gm - device - slave for each domain, through one device: grandmasters at its first ports, slaves at the following ones.
 * From one domain to the next grandmasters are an hour and `driftPpb` apart.
 */
export function domainChains(
  scenario: Scenario,
  device: Device,
  domains: readonly number[],
  driftPpb: number,
): readonly DomainChain[] {
  return domains.map((domainNumber, index) => {
    const gm = scenario.grandmaster(`gm${domainNumber}`, {
      domainNumber,
      clock: { driftPpb: index * driftPpb, offsetNs: index * 3_600e9 },
    });
    const slave = scenario.slave(`slave${domainNumber}`, { domainNumber });
    scenario.connect(gm, 0, device, index);
    scenario.connect(device, index + domains.length, slave, 0);
    return { gm, slave, errors: scenario.compare(slave, gm) };
  });
}
