/**
 * The system clock of a machine is set and slewed under the clocks that run on it: none of them, nor a slave behind them,
 * is any the worse for it.
 */

import { describe, expect, test } from 'vitest';
import type { Disturbed, OwnOffsets } from './guest/system-clock.js';
import type { GuestProgram, GuestRun } from './lab.js';

const PROGRAM: GuestProgram = ['system-clock', 'hardware', 'software'];
export const programs = [PROGRAM];

const DISTURBANCES = [
  'nothing',
  'date -s, 37 s forward',
  'a step of 37 s back',
  'adjtimex 400 ppm',
];
const RMS_LIMIT_NS = 30;
const MAX_LIMIT_NS = 100;
/** Of medians by software time stamps, against those while nothing happens. */
const SOFTWARE_LIMIT_NS = 1_000;
/** Syncs of a window, whose last second is not over. */
const HARDWARE_SAMPLES = 0.85 * 10 * 16;
/** 64 a second are more than the guest's processor has the time for. */
const SOFTWARE_SAMPLES = 0.25 * 10 * 64;

const shown = ({ samples, rmsNs, maxNs, medianNs }: OwnOffsets): string =>
  `rms ${rmsNs.toFixed(1)}, max ${maxNs.toFixed(0)}, median ${medianNs.toFixed(0)} ns of ${samples}`;

export function tests(guest: GuestRun): void {
  describe('while somebody sets and slews the system clock', () => {
    test('a boundary clock with hardware time stamps, its PHCs and its slave are within 30 ns rms and 100 ns', () => {
      const results = guest.result<Disturbed[]>(PROGRAM, 'hardware');
      expect(results.map(({ what }) => what)).toEqual(DISTURBANCES);
      for (const { what, boundaryClock, slave, portClocksAheadNs = [], clockMoved } of results) {
        console.log(
          `${what}: boundary clock ${shown(boundaryClock)}; slave rms ${slave!.rmsNs.toFixed(1)}, max ${slave!.maxNs} ns; ` +
            `its PHCs ${portClocksAheadNs.join(', ')} ns ahead; ${clockMoved} moved`,
        );
      }
      for (const { what, boundaryClock, slave, portClocksAheadNs = [], clockMoved } of results) {
        expect(boundaryClock.samples, what).toBeGreaterThan(HARDWARE_SAMPLES);
        expect(slave!.seconds, what).toBeGreaterThanOrEqual(9);
        for (const { rmsNs, maxNs } of [boundaryClock, slave!]) {
          expect(rmsNs, what).toBeLessThan(RMS_LIMIT_NS);
          expect(maxNs, what).toBeLessThan(MAX_LIMIT_NS);
        }
        expect(portClocksAheadNs).toHaveLength(2);
        for (const aheadNs of portClocksAheadNs) {
          expect(Math.abs(aheadNs), what).toBeLessThan(MAX_LIMIT_NS);
        }
        expect(clockMoved, what).toBe(0);
      }
    });

    test('by software time stamps medians are within 1 us of what they are without, and so is the time', () => {
      const results = guest.result<Disturbed[]>(PROGRAM, 'software');
      expect(results.map(({ what }) => what)).toEqual(DISTURBANCES);
      for (const { what, boundaryClock, ownSlave, timeAheadNs, clockDisturbed } of results) {
        console.log(
          `${what}: boundary clock ${shown(boundaryClock)}; slave ${shown(ownSlave!)}, its time ` +
            `${timeAheadNs!.toFixed(0)} ns ahead; ${clockDisturbed} time stamps dropped`,
        );
      }
      const [without] = results;
      for (const { what, boundaryClock, ownSlave, timeAheadNs, clockMoved } of results) {
        expect(boundaryClock.rmsNs, what).toBeLessThan(RMS_LIMIT_NS);
        expect(boundaryClock.maxNs, what).toBeLessThan(MAX_LIMIT_NS);
        expect(ownSlave!.samples, what).toBeGreaterThan(SOFTWARE_SAMPLES);
        for (const [value, undisturbed] of [
          [ownSlave!.medianNs, without!.ownSlave!.medianNs],
          [ownSlave!.rmsNs, without!.ownSlave!.rmsNs],
          [timeAheadNs!, without!.timeAheadNs!],
        ] as const) {
          expect(Math.abs(value - undisturbed), what).toBeLessThan(SOFTWARE_LIMIT_NS);
        }
        expect(clockMoved, what).toBe(0);
      }
    });
  });
}
