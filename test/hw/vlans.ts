/**
 * VLANs need a kernel whose bridge filters them, and which has interfaces in them; that of the lab's guest does. Nothing leaks from one to another, ordinary
 * or PTP, and tags come and go between trunk and access ports.
 */

import { describe, expect, test } from 'vitest';
import type { VlanClocks } from './guest/vlan-clocks.js';
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
  test('two boundary clocks of domain 0: in each VLAN its own grandmaster is followed and announced, and no other heard', () => {
    const found = guest.result<VlanClocks>(PROGRAM, 'a clock in each VLAN');
    const [first, second] = found.grandmasters;
    const near = (seconds: number) => expect.closeTo(seconds, 1) as number;
    const clock = (vlan: number, identity: string | undefined, seconds: number) => ({
      instance: `bc of domain 0, VLAN ${vlan}`,
      ...{ grandmasterIdentity: identity, heard: [identity], aheadSeconds: near(seconds) },
    });
    expect(found.clocks).toEqual([clock(10, first, 1), clock(20, second, 2)]);
    expect(found.slaves).toEqual([
      { chosen: [first], aheadSeconds: near(1) },
      { chosen: [second], aheadSeconds: near(2) },
    ]);
    expect(found.announced).toEqual([`10 ${first}`, `20 ${second}`]);
  });
}
