/** Which time stamps a port has, chosen and told, on the real igb driver; and the driver's mode as it was, at the end. */

import { describe, expect, test } from 'vitest';
import type { Auto, Diagnosis, Killed, Mixed } from './guest/timestamping.js';
import type { GuestProgram, GuestRun } from './lab.js';

const PROGRAM: GuestProgram = ['timestamping'];
export const programs = [PROGRAM];

const LONGEST_RESIDENCE_NS = 50_000_000;
/** HWTSTAMP_TX_ON; HWTSTAMP_FILTER_NONE and _PTP_V2_EVENT. */
const TX_ON = 1;
const FILTER_NONE = 0;
const FILTER_PTP_V2_EVENT = 12;

/** The modes listed below a heading of `ethtool -T`: the first word of each indented line. */
function listed(ethtool: string, heading: string): string[] {
  const lines = ethtool.split('\n');
  const start = lines.findIndex((line) => line.startsWith(heading));
  const end = lines.findIndex((line, index) => index > start && !/^\s/.test(line));
  return lines
    .slice(start + 1, end === -1 ? undefined : end)
    .map((line) => line.trim().split(/\s+/)[0] ?? '');
}

export function tests(guest: GuestRun): void {
  describe('a port with hardware time stamps and one without', () => {
    test('doctor says of igb what ethtool says', () => {
      const { probe, ethtool } = guest.result<Diagnosis>(PROGRAM, 'doctor');
      expect(probe.driver).toBe('igb');
      expect(listed(ethtool, 'Hardware Transmit Timestamp Modes')).toEqual(probe.transmitTypes);
      expect(listed(ethtool, 'Hardware Receive Filter Modes')).toEqual(probe.receiveFilters);
      expect(/PTP Hardware Clock: (\d+)/.exec(ethtool)?.[1]).toBe(String(probe.phcIndex));
      const capabilities = listed(ethtool, 'Capabilities');
      expect(probe.capabilities).toEqual({
        softwareTransmit: capabilities.includes('software-transmit'),
        softwareReceive: capabilities.includes('software-receive'),
        hardwareTransmit: capabilities.includes('hardware-transmit'),
        hardwareReceive: capabilities.includes('hardware-receive'),
        rawHardwareClock: capabilities.includes('hardware-raw-clock'),
      });
      expect(probe.hardwareObstacle).toBeNull();
      expect(probe.outstandingTimestamps).toBe(1);
      expect(probe.coalescing).toMatchObject({ receiveUsecs: expect.any(Number) as number });
    });

    test('auto takes software on both, and says why', () => {
      const { ports, log } = guest.result<Auto>(PROGRAM, 'auto');
      expect(ports.map(({ timestamping }) => timestamping)).toEqual(['software', 'software']);
      expect(log[0]).toMatch(
        /^eth1: .*, software time stamps: the other ports have no hardware time stamps/,
      );
      expect(log[1]).toMatch(/^veth1: .*, software time stamps: it has no hardware time stamps$/);
    });

    test('mixed takes hardware where it is, software elsewhere, and says why', () => {
      const { ports, log } = guest.result<Mixed>(PROGRAM, 'mixed');
      expect(ports.map(({ timestamping }) => timestamping)).toEqual(['hardware', 'software']);
      expect(ports.map(({ clock }) => clock?.related)).toEqual([true, undefined]);
      expect(log[0]).toMatch(/^eth1: .*, hardware time stamps: of its clock \/dev\/ptp\d$/);
      expect(log[1]).toMatch(/^veth1: .*, software time stamps: it has no hardware time stamps$/);
    });

    test('what passes from one kind to the other is corrected', () => {
      const { toSoftwareNs, toHardwareNs } = guest.result<Mixed>(PROGRAM, 'mixed');
      for (const corrections of [toSoftwareNs, toHardwareNs]) {
        expect(corrections.length).toBeGreaterThan(0);
        expect(Math.min(...corrections)).toBeGreaterThan(0);
        expect(Math.max(...corrections)).toBeLessThan(LONGEST_RESIDENCE_NS);
      }
    });

    test('the time stamping mode that the NIC was in is restored at the end', () => {
      const { modeBefore, modeWhileRunning, modeAfter } = guest.result<Mixed>(PROGRAM, 'mixed');
      expect(modeBefore).toEqual({ transmitType: TX_ON, receiveFilter: FILTER_NONE });
      expect(modeWhileRunning).toEqual({ transmitType: TX_ON, receiveFilter: FILTER_PTP_V2_EVENT });
      expect(modeAfter).toEqual(modeBefore);
    });

    test('also by the switch after one that was killed', () => {
      const { modeBefore, modeLeft, modeAfter } = guest.result<Killed>(PROGRAM, 'killed');
      expect(modeBefore).toEqual({ transmitType: TX_ON, receiveFilter: FILTER_NONE });
      expect(modeLeft).toEqual({ transmitType: TX_ON, receiveFilter: FILTER_PTP_V2_EVENT });
      expect(modeAfter).toEqual(modeBefore);
    });
  });
}
