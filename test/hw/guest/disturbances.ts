/**
 * What others do to the clocks and to the time stamping of a switch while a slave follows through it:
 *
 *   gm eth0 ── eth1 switch eth3 ── eth2 slave
 */

import type { PortClock } from '../../../src/native/data-plane.js';
import { Network } from '../../support/netns/network.js';
import { plugIn, startSwitch } from './cabling.js';
import { SETTLING_SECONDS } from './following.js';
import {
  detune,
  differenceNs,
  setRate,
  setSystemClockRate,
  stepClock,
  stepSystemClock,
} from './hardware-clock.js';
import { HardwareSlave, now, startGrandmaster, type Offsets } from './hardware-peer.js';
import { scenario } from './report.js';

export interface Disturbance {
  /** The slave's offsets from the disturbance on, for ten seconds, and for five after that. */
  readonly during: Offsets;
  readonly recovered: Offsets;
  readonly clockDifferenceNs: number;
  /** Of the port that is disturbed, before and after. */
  readonly clocks: readonly (PortClock | null)[];
  /** What was counted meanwhile, over both ports. */
  readonly clockMoved: number;
  readonly correctionUnknown: number;
  /** What the operator was told meanwhile. */
  readonly log: readonly string[];
}

const RECOVERY_SECONDS = 10;
const RECOVERED_SECONDS = 5;

const network = new Network();
const {
  gm,
  sw,
  slave: slavePlace,
} = await plugIn(network, { gm: ['eth0'], sw: ['eth1', 'eth3'], slave: ['eth2'] });
detune('eth0', 0);
detune('eth1', -30_000);
detune('eth3', 50_000);
detune('eth2', 0);

const instance = await startSwitch(network, sw, ['eth1', 'eth3']);
startGrandmaster(network, gm, 'eth0');
const slave = new HardwareSlave(network, slavePlace, 'eth2');
const settled = (await slave.followingSince()) + SETTLING_SECONDS;
await slave.offsetsBetween(settled - 1, settled);

/** `undo` is called before the clocks are compared: over a system clock that is right they can be. */
async function disturb(
  port: 'eth1' | 'eth3',
  act: () => void,
  undo: () => void = () => undefined,
): Promise<Disturbance> {
  const counted = async (group: string, name: string) =>
    (await instance.stats()).ports.reduce((sum, it) => sum + (it.counters[group]?.[name] ?? 0), 0);
  const told = instance.child.lines.length;
  const clockBefore = (await instance.port(port)).clock;
  const movedBefore = await counted('timestamp', 'clockMoved');
  const unknownBefore = await counted('drop', 'correctionUnknown');
  const from = now();
  act();
  const during = await slave.offsetsBetween(from, from + RECOVERY_SECONDS);
  const recoveredFrom = from + RECOVERY_SECONDS;
  const recovered = await slave.offsetsBetween(recoveredFrom, recoveredFrom + RECOVERED_SECONDS);
  undo();
  return {
    during,
    recovered,
    clockDifferenceNs: differenceNs('eth2', 'eth0'),
    clocks: [clockBefore, (await instance.port(port)).clock],
    clockMoved: (await counted('timestamp', 'clockMoved')) - movedBefore,
    correctionUnknown: (await counted('drop', 'correctionUnknown')) - unknownBefore,
    log: instance.child.lines.slice(told),
  };
}

await scenario('step', () => disturb('eth1', () => stepClock('eth1', 1)));
await scenario('slew', () => disturb('eth3', () => setRate('eth3', 70_000)));
await scenario('system step', () => disturb('eth1', () => stepSystemClock(-1)));
await scenario('system slew', () =>
  disturb(
    'eth1',
    () => setSystemClockRate(100_000),
    () => setSystemClockRate(0),
  ),
);
// The first while the rate of the grandmaster is not known again after the slew: no correction may be long.
for (const turn of [1, 2, 3]) {
  await scenario(`off ${turn}`, () =>
    disturb('eth3', () => sw.run('hwstamp_ctl', ['-i', 'eth3', '-t', '0', '-r', '0'])),
  );
}
await network.close();
