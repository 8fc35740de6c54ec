/**
 * VLANs need a kernel whose bridge filters them; that of the lab's guest does. Nothing leaks from one to another, ordinary
 * or PTP, and tags come and go between trunk and access ports.
 */

import { beforeAll, describe, expect, test } from 'vitest';
import type { Arrivals } from './guest/vlans.js';
import { missingLab, runInGuest, RUN_TIMEOUT_MS, type GuestRun } from './lab.js';

const missing = missingLab();
if (missing !== undefined) console.warn(`VLANs: skipped, ${missing}`);

const untagged = ['Follow_Up -', 'Sync -', 'ordinary -'];

describe.skipIf(missing !== undefined)('two access VLANs and a trunk', () => {
  let guest: GuestRun;
  beforeAll(async () => {
    // Its NICs would stand in the way of cables with ends of the same names.
    guest = await runInGuest('vlans', [], { pairs: 0 });
  }, RUN_TIMEOUT_MS);

  test('from an access port to the other of its VLAN without a tag, to the trunk with one', () => {
    expect(guest.result<Arrivals>('from an access port')).toEqual([
      [],
      untagged,
      [],
      ['Follow_Up 10', 'Sync 10', 'ordinary 10'],
    ]);
  });

  test('from the trunk to the access port of the VLAN alone', () => {
    expect(guest.result<Arrivals>('from the trunk')).toEqual([[], [], untagged, []]);
  });

  test('nothing gets into a VLAN that its port is not in', () => {
    expect(guest.result<Arrivals>('into a VLAN that the port is not in')).toEqual(
      guest.result<Arrivals>('from an access port'),
    );
  });

  test('a Delay_Resp finds its way back from the trunk to the access port that asked', () => {
    expect(guest.result<readonly Arrivals[]>('an answer to an access port')).toEqual([
      [[], ['Delay_Req -'], [], ['Delay_Req 10']],
      [['Delay_Resp -'], [], [], []],
    ]);
  });
});
