/**
 * VLANs need a kernel whose bridge filters them; that of the lab's guest does. Nothing leaks from one to another, ordinary
 * or PTP, and tags come and go between trunk and access ports.
 */

import { describe, expect, test } from 'vitest';
import type { Arrivals } from './guest/vlans.js';
import type { GuestProgram, GuestRun } from './lab.js';

const PROGRAM: GuestProgram = ['vlans'];
export const programs = [PROGRAM];

const untagged = ['Follow_Up -', 'Sync -', 'ordinary -'];

export function tests(guest: GuestRun): void {
  describe('two access VLANs and a trunk', () => {
    test('from an access port to the other of its VLAN without a tag, to the trunk with one', () => {
      expect(guest.result<Arrivals>(PROGRAM, 'from an access port')).toEqual([
        [],
        untagged,
        [],
        ['Follow_Up 10', 'Sync 10', 'ordinary 10'],
      ]);
    });

    test('from the trunk to the access port of the VLAN alone', () => {
      expect(guest.result<Arrivals>(PROGRAM, 'from the trunk')).toEqual([[], [], untagged, []]);
    });

    test('nothing gets into a VLAN that its port is not in', () => {
      expect(guest.result<Arrivals>(PROGRAM, 'into a VLAN that the port is not in')).toEqual(
        guest.result<Arrivals>(PROGRAM, 'from an access port'),
      );
    });

    test('a Delay_Resp finds its way back from the trunk to the access port that asked', () => {
      expect(guest.result<readonly Arrivals[]>(PROGRAM, 'an answer to an access port')).toEqual([
        [[], ['Delay_Req -'], [], ['Delay_Req 10']],
        [['Delay_Resp -'], [], [], []],
      ]);
    });
  });
}
