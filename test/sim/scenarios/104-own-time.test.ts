/**
 *   bc ---- slave          and          gm --/ from 40 s on /-- bc ---- slave
 *
 * The boundary clock has its time from its system clock, which shows UTC, and knows how far TAI is ahead: alone it is a grandmaster that
 * tells TAI. After it has lost a grandmaster it goes on with that one's time, and makes the leap second that was announced.
 */
import { describe, expect, test } from 'vitest';
import type { TimePropertiesDS } from '../../../src/core/datasets/data-sets.js';
import { initialTimeProperties } from '../../../src/core/datasets/time-properties.js';
import { durationNs } from '../../../src/core/time/instant.js';
import { epochNs } from '../../../src/native/virtual/virtual-clock.js';
import {
  untoldKernelClock,
  type KernelClock,
  type KernelClockState,
} from '../../../src/native/kernel-clock.js';
import type { BoundaryNode } from '../harness/boundary-clock.js';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const hour = 3_600e9;
/** The time properties that those behind a clock are told. */
const told = (clock: BoundaryNode) => clock.state().timePropertiesDS;

class Kernel implements KernelClock {
  state: KernelClockState = { ...untoldKernelClock.read(), taiOffset: 37, synchronised: true };
  read = (): KernelClockState => this.state;
  change = (): void => undefined;
}

describe('a grandmaster of ours', () => {
  test('tells TAI of a system clock that shows UTC, and follows when that is set', () => {
    const scenario = new Scenario(104);
    const kernelClock = new Kernel();
    const bc = scenario.boundaryClock('bc', { time: { timeTraceable: true }, kernelClock });
    const slave = scenario.slave('slave', { clock: { driftPpb: 20_000, offsetNs: 5e9 } });
    scenario.connect(bc, 1, slave, 0);
    const errors = scenario.compare(slave, bc);
    scenario.run(30);
    expect(bc.aheadNs()).toBeCloseTo(37e9, -1);
    expect(told(slave)).toEqual({
      ...{ currentUtcOffset: 37, currentUtcOffsetValid: true, leap59: false, leap61: false },
      ...{ timeTraceable: true, frequencyTraceable: false, ptpTimescale: true, timeSource: 0x50 },
    });
    expect(errorsOf(errors, 20).worstNs).toBeLessThan(100);

    // NTP on its host sets the clock, and loses its own servers.
    kernelClock.state = { ...kernelClock.state, synchronised: false };
    bc.clock.step(-2e9);
    scenario.run(10);
    expect(bc.aheadNs()).toBeCloseTo(35e9, -1);
    expect(told(slave)).toMatchObject({ timeTraceable: false, timeSource: 0xa0 });
  });

  test('that does not know TAI - UTC says so, until it does', () => {
    const scenario = new Scenario(204);
    const kernelClock = new Kernel();
    kernelClock.state = { ...kernelClock.state, taiOffset: 0 };
    const bc = scenario.boundaryClock('bc', { time: {}, kernelClock });
    const slave = scenario.slave('slave');
    scenario.connect(bc, 1, slave, 0);
    scenario.run(20);
    expect(told(slave)).toMatchObject({ ptpTimescale: false, currentUtcOffsetValid: false });
    expect(bc.aheadNs()).toBeCloseTo(0, -1);
    kernelClock.state = { ...kernelClock.state, taiOffset: 37 };
    scenario.run(10);
    expect(told(slave)).toMatchObject({ ptpTimescale: true, currentUtcOffsetValid: true });
    expect(bc.aheadNs()).toBeCloseTo(37e9, -1);
  });
});

describe('a grandmaster that is lost', () => {
  /** A TAI - UTC that there never was, with which a day of UTC ends 60 s after the start. */
  const utcOffset = Number((epochNs / 1_000_000_000n) % 86_400n) + 60;

  function lost({ announces, holdover }: { announces: boolean; holdover?: number }) {
    const scenario = new Scenario(304);
    const timeProperties: TimePropertiesDS = {
      ...{ ...initialTimeProperties, timeTraceable: true, ptpTimescale: true },
      ...{ currentUtcOffset: utcOffset, currentUtcOffsetValid: true, leap61: announces },
      timeSource: 0x20,
    };
    const gm = scenario.timeSource('gm', { clockClass: 6, timeProperties: () => timeProperties });
    const bc = scenario.boundaryClock('bc', {
      ...{ time: {}, kernelClock: new Kernel(), clock: { driftPpb: 15_000, offsetNs: 3 * hour } },
      ...(holdover !== undefined && { holdover: { duration: durationNs(holdover) } }),
    });
    const slave = scenario.slave('slave');
    const cable = scenario.connect(gm, 0, bc, 0);
    scenario.connect(bc, 1, slave, 0);
    scenario.at(40, () => cable.setUp(false));
    return { scenario, gm, bc, slave, errors: scenario.compare(slave, gm) };
  }

  test('leaves its time to who has followed it, not the system clock', () => {
    const { scenario, slave, errors } = lost({ announces: false });
    scenario.run(70);
    expect(errorsOf(errors, 30).worstNs).toBeLessThan(1_000);
    expect(told(slave)).toMatchObject({ ptpTimescale: true, timeTraceable: false });
  });

  test('for as long as that is within specification: then it is the clock by itself', () => {
    const { scenario, bc } = lost({ announces: false, holdover: 10e9 });
    scenario.run(45);
    expect(told(bc)).toMatchObject({ timeTraceable: true });
    scenario.run(15);
    expect(told(bc)).toMatchObject({ currentUtcOffset: 37, timeSource: 0x50 });
    expect(bc.aheadNs()).toBeCloseTo(bc.clock.deviationNs() + 37e9, -1);
  });

  test('leaves a leap second behind, which is made at its date', () => {
    const { scenario, bc, slave } = lost({ announces: true, holdover: hour });
    const before = told(bc).currentUtcOffset;
    scenario.run(50);
    const at50 = told(slave);
    expect(at50).toMatchObject({ leap61: true, currentUtcOffsetValid: true, timeTraceable: true });
    expect(before).not.toBe(at50.currentUtcOffset);
    scenario.run(20);
    expect(told(slave)).toMatchObject({
      ...{ leap61: false, currentUtcOffset: at50.currentUtcOffset + 1 },
      ...{ currentUtcOffsetValid: true, timeTraceable: true },
    });
  });
});
