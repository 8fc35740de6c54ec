/**
 * A boundary clock on NICs whose hardware clocks are seconds apart and up to 80 ppm off each other, between ptp4l
 * grandmasters and slaves, all with hardware time stamps. Nothing but the boundary clock relates them.
 */

import { describe, expect, test } from 'vitest';
import type {
  BoundaryClockFollowing,
  Failover,
  Restart,
  SystemClock,
} from './guest/boundary-clock.js';
import type { GuestProgram, GuestRun } from './lab.js';

const RMS_LIMIT_NS = 50;
/** While one grandmaster is exchanged for another that agrees with it. */
const FAILOVER_LIMIT_NS = 100;
/** announceReceiptTimeout and two more Announce intervals of 250 ms, the randomisation of the time-out, and the lock. */
const FAILOVER_LIMIT_SECONDS = 5;
/** Of a clock whose rate can be set in steps of 119 ppb, four times a second. */
const STEERED_LIMIT_NS = 200;
/** By software time stamps of the emulated machine, on one side. */
const SYSTEM_LIMIT_NS = 50_000;
/** Of a clock that has run by itself for some seconds, at a rate that is set in steps of 119 ppb. */
const RESTART_LIMIT_NS = 10_000;

/** What it steers, and the scenarios. The last one leaves the guest's system clock as no other would have it. */
const VIRTUAL: GuestProgram = ['boundary-clock', 'virtual', 'two slaves', 'failover'];
const PHC: GuestProgram = ['boundary-clock', 'phc', 'two slaves', 'restart'];
const SYSTEM: GuestProgram = ['boundary-clock', 'system', 'system'];

export const programs = [VIRTUAL, PHC, SYSTEM];

const SLAVES = ['eth2', 'eth4'];

/** What may say why a slave had no more of its Syncs. */
function told({ clock, counters, log }: BoundaryClockFollowing, said: readonly string[]): string {
  return [...said, ...log, JSON.stringify(clock.ports), JSON.stringify(counters)].join('\n');
}

function expectFollowing(guest: GuestRun, program: GuestProgram): BoundaryClockFollowing {
  const result = guest.result<BoundaryClockFollowing>(program, 'two slaves');
  expect(result.slaves.map(({ nic }) => nic)).toEqual(SLAVES);
  for (const { nic, seconds, said, rmsNs, maxNs, clockDifferenceNs } of result.slaves) {
    console.log(
      `clock: ${result.clock.clock}, ${nic}: rms ${rmsNs.toFixed(1)} ns, max ${maxNs} ns, ` +
        `clocks apart by ${clockDifferenceNs} ns; the boundary clock's: ${result.portClocksAheadNs.join(', ')}`,
    );
    expect(seconds, told(result, said)).toBeGreaterThanOrEqual(18);
    expect(rmsNs).toBeLessThan(RMS_LIMIT_NS);
    expect(Math.abs(clockDifferenceNs)).toBeLessThan(RMS_LIMIT_NS);
  }
  // Nothing beside them that would relate one clock to another; the grandmaster's runs freely.
  const programs = result.clockUsers.map(({ program }) => program).toSorted();
  expect(programs).toEqual(['node', ...SLAVES.map(() => 'ptp4l')]);
  return result;
}

export function tests(guest: GuestRun): void {
  describe('a boundary clock, clock: virtual', () => {
    test('two slaves: below 50 ns rms after 8 s', () => {
      expectFollowing(guest, VIRTUAL);
    });

    test('failover from one NIC to another and back, without leaving the time', () => {
      const { secondsToSecond, secondsBack, during, recovered } = guest.result<Failover>(
        VIRTUAL,
        'failover',
      );
      console.log(
        `failover: locked to the second after ${secondsToSecond.toFixed(2)} s, to the first after ` +
          `${secondsBack.toFixed(2)} s, meanwhile rms ${during.rmsNs.toFixed(1)} ns, max ` +
          `${during.maxNs} ns; then rms ${recovered.rmsNs.toFixed(1)} ns`,
      );
      expect(secondsToSecond).toBeLessThan(FAILOVER_LIMIT_SECONDS);
      expect(during.maxNs).toBeLessThan(FAILOVER_LIMIT_NS);
      expect(recovered.rmsNs).toBeLessThan(RMS_LIMIT_NS);
      expect(Math.abs(recovered.clockDifferenceNs)).toBeLessThan(RMS_LIMIT_NS);
    });
  });

  describe('a boundary clock, clock: phc', () => {
    test('two slaves: below 50 ns rms after 8 s, and each of its own clocks shows PTP time', () => {
      const { portClocksAheadNs, clock, log } = expectFollowing(guest, PHC);
      for (const aheadNs of portClocksAheadNs) {
        expect(Math.abs(aheadNs)).toBeLessThan(STEERED_LIMIT_NS);
      }
      expect(clock.steered.map(({ interfaces }) => interfaces)).toEqual(
        ['eth1', 'eth3', 'eth5'].map((nic) => [nic]),
      );
      // What it does to them itself is no news to it.
      expect(log.filter((line) => /hardware clock|time stamping mode/.test(line))).toEqual([]);
    });

    test('started again after its grandmaster is gone and the system clock set: it goes on with the time it had', () => {
      const { seconds, timeAheadNs, portClocksAheadNs, clock, log } = guest.result<Restart>(
        PHC,
        'restart',
      );
      console.log(
        `restart: ${timeAheadNs.toFixed(0)} ns ahead ${seconds.toFixed(1)} s after the grandmaster was lost; ` +
          `its PHCs ${portClocksAheadNs.join(', ')} ns; ${log.join('\n')}`,
      );
      for (const aheadNs of [timeAheadNs, ...portClocksAheadNs]) {
        expect(Math.abs(aheadNs)).toBeLessThan(RESTART_LIMIT_NS);
      }
      expect(clock.timeFrom).toBe('lostMaster');
      expect(log).toContainEqual(expect.stringContaining('begins with the rate'));
      expect(log).toContainEqual(expect.stringContaining('begins with the time that'));
    });
  });

  describe('a boundary clock, clock: system', () => {
    test("the guest's system clock shows the UTC of a grandmaster with hardware time stamps", () => {
      const { aheadSeconds, restNs, clock } = guest.result<SystemClock>(SYSTEM, 'system');
      console.log(`clock: system: ${aheadSeconds} s and ${restNs} ns ahead of the grandmaster`);
      expect(aheadSeconds).toBe(-37);
      expect(Math.abs(restNs)).toBeLessThan(SYSTEM_LIMIT_NS);
      expect(clock.steered).toMatchObject([
        {
          name: 'CLOCK_REALTIME',
          problem: null,
          utc: { utcOffset: 37, origin: 'leapSecondsFile' },
        },
      ]);
    });

    test('and the kernel knows of TAI, of the leap second to come, and how good its clock is', () => {
      const { kernel } = guest.result<SystemClock>(SYSTEM, 'system');
      console.log(`the kernel before, in lock, and after: ${JSON.stringify(kernel)}`);
      const [before, locked, , after] = kernel;
      expect(before).toMatchObject({ synchronised: false, leapSecond: 'none' });
      expect(locked).toMatchObject({ taiOffset: 37, synchronised: true, leapSecond: 'insert' });
      expect(locked.estimatedErrorUs).toBeLessThan(1_000);
      expect(locked.maxErrorUs).toBeLessThan(10_000);
      expect(after).toMatchObject({ synchronised: false, leapSecond: 'none' });
    });

    test('the day ends with the leap second: UTC is a second further behind, the grandmaster knows nothing of it', () => {
      const { afterLeapSecond, kernel, log } = guest.result<SystemClock>(SYSTEM, 'system');
      const { aheadSeconds, restNs } = afterLeapSecond;
      console.log(`after the leap second: ${aheadSeconds} s and ${restNs} ns ahead`);
      expect(aheadSeconds).toBe(-38);
      expect(Math.abs(restNs)).toBeLessThan(SYSTEM_LIMIT_NS);
      const [, , leapt, after] = kernel;
      expect(leapt).toMatchObject({ taiOffset: 38, synchronised: true, leapSecond: 'none' });
      expect(after.taiOffset).toBe(38);
      expect(log.filter((line) => /leap second/.test(line))).toEqual([]);
    });
  });
}
