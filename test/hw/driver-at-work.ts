/**
 * The driver of one NIC tests it, or is loaded again, while Sync crosses the two others. Either holds the kernel's lock of
 * the network configuration for seconds, and after the second the port's interface and clock are new ones.
 */

import { describe, expect, test } from 'vitest';
import type { Crossing, Rebinding, SelfTest } from './guest/driver-at-work.js';
import type { GuestProgram, GuestRun } from './lab.js';

const PROGRAM: GuestProgram = ['driver-at-work'];
export const programs = [PROGRAM];

const SYNCS_PER_SECOND = 64;
/** As through one switch that nothing happens to. */
const RMS_LIMIT_NS = 30;
/** Of a single offset: what a wrong correction would exceed by far. */
const OFFSET_LIMIT_NS = 1_000;
/** Of a message that waits for a time stamp register, but not for the driver of another NIC. */
const LONGEST_RESIDENCE_NS = 20_000_000;
/** The driver's self-test sleeps for four seconds alone. */
const LOCKED_SECONDS = 3;

/** Each the one after the one before. */
function sequence(first: number | undefined, length: number): number[] {
  return Array.from({ length }, (_, i) => ((first ?? NaN) + i) & 0xffff);
}

export function tests(guest: GuestRun): void {
  describe('while the driver of another port is at work', () => {
    /** That Sync crossed between the two others as if nothing were. */
    function expectUndisturbed(scenario: string, crossing: Crossing): void {
      const { seconds, syncs, followUps, residencesNs, offsets, clockDifferenceNs } = crossing;
      console.log(
        `${scenario}: ${syncs.length} Syncs, ${followUps.length} Follow_Ups in ${seconds.toFixed(1)} s, held for at ` +
          `most ${(Math.max(...residencesNs) / 1e6).toFixed(2)} ms; rms ${offsets.rmsNs.toFixed(1)}, max ` +
          `${offsets.maxNs} ns, clocks apart by ${clockDifferenceNs} ns`,
      );
      expect(syncs).toEqual(sequence(syncs[0], syncs.length));
      expect(followUps).toEqual(sequence(followUps[0], followUps.length));
      for (const { length } of [syncs, followUps]) {
        expect(length).toBeGreaterThan(0.9 * SYNCS_PER_SECOND * seconds);
        expect(length).toBeLessThan(1.1 * SYNCS_PER_SECOND * seconds);
      }
      expect(Math.min(...residencesNs)).toBeGreaterThan(0);
      expect(Math.max(...residencesNs)).toBeLessThan(LONGEST_RESIDENCE_NS);
      expect(offsets.seconds).toBeGreaterThanOrEqual(1);
      expect(offsets.maxNs).toBeLessThan(OFFSET_LIMIT_NS);
      expect(offsets.rmsNs).toBeLessThan(RMS_LIMIT_NS);
      expect(Math.abs(clockDifferenceNs)).toBeLessThan(RMS_LIMIT_NS);
    }

    test('in its self-test: no Sync is lost or held up, every correction is right', () => {
      const { crossing, said, lockedSeconds, log } = guest.result<SelfTest>(PROGRAM, 'self-test');
      console.log(
        `self-test: the lock was held for ${lockedSeconds.toFixed(1)} s\n${said}${log.join('\n')}`,
      );
      expect(said).toContain('The test result is PASS');
      expect(lockedSeconds).toBeGreaterThan(LOCKED_SECONDS);
      expectUndisturbed('self-test', crossing);
    });

    function expectBack(scenario: string): Rebinding {
      const result = guest.result<Rebinding>(PROGRAM, scenario);
      const { crossing, ports, recovered, recoveredClockDifferenceNs, log } = result;
      expectUndisturbed(scenario, crossing);
      console.log(
        `${scenario}, the slave by the port that went: rms ${recovered.rmsNs.toFixed(1)}, max ` +
          `${recovered.maxNs} ns, clocks apart by ${recoveredClockDifferenceNs} ns`,
      );
      const [before, after] = ports;
      expect(after?.interfaceIndex).not.toBe(before?.interfaceIndex);
      for (const port of ports) {
        expect(port).toMatchObject({ link: 'up', timestamping: 'hardware' });
        expect(port.clock?.related).toBe(true);
      }
      expect(recovered.seconds).toBeGreaterThanOrEqual(4);
      expect(recovered.rmsNs).toBeLessThan(RMS_LIMIT_NS);
      expect(Math.abs(recoveredClockDifferenceNs)).toBeLessThan(RMS_LIMIT_NS);
      // What it says of messages besides, and whether its link is seen down in between, is the driver's affair.
      const ofInterface = log.filter((line) => /the link is up|interface/.test(line));
      expect(ofInterface, log.join('\n')).toEqual([
        'eth5: there is no such interface now: forwarding begins when it is back',
        'eth5: the interface is back: forwarding begins when its link is up',
        'eth5: the link is up: forwarding',
      ]);
      return result;
    }

    test('unbound and bound again: the port and its clock come back by themselves', () => {
      const { ports, devices } = expectBack('bound again');
      expect(devices[1]).toBe(devices[0]);
      expect(ports.map(({ phcIndex }) => `/dev/ptp${phcIndex}`)).toEqual(devices);
    });

    test('also when the clock comes back under another number', () => {
      const { ports, devices } = expectBack('bound again, its number taken');
      expect(devices[1]).not.toBe(devices[0]);
      expect(ports.map(({ phcIndex }) => `/dev/ptp${phcIndex}`)).toEqual(devices);
    });
  });
}
