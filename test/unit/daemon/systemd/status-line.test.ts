import { describe, expect, test } from 'vitest';
import type { PortState } from '../../../../src/core/datasets/data-sets.js';
import type { ClockState } from '../../../../src/core/instance/clock-state.js';
import type { OffsetWindow } from '../../../../src/core/servo/offset-history.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { clockStatusOf } from '../../../../src/daemon/status/clock-status.js';
import type { SyntonisationStatus } from '../../../../src/daemon/status/syntonisation-table.js';
import { statusLine, type StatusLineFacts } from '../../../../src/daemon/systemd/status-line.js';
import { ClockNetwork } from '../../../support/clock-network.js';

const { clock } = new ClockNetwork().add({ ports: 2 });
const fresh = clock.state();
const grandmasterIdentity = clockIdentity(0x001b19fffe000001n);
const up = { link: 'up', isolation: null } as const;

function clockOf(states: readonly PortState[], change: Partial<ClockState> = {}) {
  const state = {
    ...fresh,
    parentDS: { ...fresh.parentDS, grandmasterIdentity },
    ports: fresh.ports.map((port, at) => ({ ...port, portState: states[at]! })),
    ...change,
  };
  const facts = {
    instance: 'bc of domain 0',
    notTaken: [],
    source: 'system',
    kind: 'virtual',
    steered: [],
  } as const;
  const ports = ['eth1', 'eth2'].map((name) => ({ interface: name, discarded: {} }));
  return clockStatusOf(state, facts, ports, 0);
}

function lineOf(change: Partial<StatusLineFacts>): string {
  return statusLine({ ports: [up, up], clocks: [], instances: [], ...change });
}

function clockLine(states: readonly PortState[], change: Partial<ClockState> = {}): string {
  const instances = [{ name: 'bc of domain 0', syntonisation: [] }];
  return lineOf({ clocks: [clockOf(states, change)], instances });
}

function windowWith(max: number): OffsetWindow[] {
  return [{ seconds: 10, samples: 80, rms: max / 2, max, mtie: max }];
}

describe('the status line', () => {
  test('counts ports, and those that are kept out', () => {
    expect(lineOf({})).toBe('2/2 ports up');
    const isolated = { link: 'up', isolation: { loopWith: 'eth1' } } as const;
    expect(lineOf({ ports: [up, isolated, { ...up, link: 'down' }] })).toBe(
      '2/3 ports up, 1 isolated',
    );
  });

  test('says whom a clock follows, by which port, and how well', () => {
    const lockState = 'locked';
    expect(clockLine(['SLAVE', 'MASTER'], { lockState, offsetWindows: windowWith(31) })).toBe(
      'bc of domain 0 follows 001b19.fffe.000001 by eth1, locked, offset within 50 ns; 2/2 ports up',
    );
    expect(clockLine(['MASTER', 'UNCALIBRATED'], { lockState: 'acquiring' })).toBe(
      'bc of domain 0 follows 001b19.fffe.000001 by eth2, acquiring; 2/2 ports up',
    );
  });

  test('says of a clock alone what it is', () => {
    expect(clockLine(['MASTER', 'MASTER'])).toMatch(/^bc of domain 0 is grandmaster;/);
    expect(clockLine(['LISTENING', 'LISTENING'])).toMatch(/^bc of domain 0 follows nobody;/);
    expect(clockLine(['MASTER', 'MASTER'], { lockState: 'holdover' })).toMatch(
      /^bc of domain 0 is grandmaster, holdover;/,
    );
  });

  test.each([
    [0, '1 ns'],
    [1, '1 ns'],
    [1.2, '2 ns'],
    [99, '100 ns'],
    [501, '1 us'],
    [12_000, '20 us'],
    [900_000, '1 ms'],
  ])('offsets of %d ns are within %s: it changes when the clock does', (max, bound) => {
    const line = clockLine(['SLAVE', 'MASTER'], {
      lockState: 'locked',
      offsetWindows: windowWith(max),
    });
    expect(line).toContain(`offset within ${bound};`);
  });

  test('names the masters whose Syncs are forwarded, a few of them', () => {
    const of = (domainNumber: number): SyntonisationStatus => ({
      ...{ sdoId: 0, domainNumber, state: 'locked', rateRatio: 1, rateOffsetPpb: 0 },
      ...{ standardErrorPpb: 1, source: `001b19.fffe.00000${domainNumber}-1` },
    });
    const any = { name: 'e2e-tc of any domain', syntonisation: [0, 1, 2, 3, 4, 5].map(of) };
    expect(lineOf({ instances: [any] })).toMatch(
      /^e2e-tc of any domain: Sync of 001b19.fffe.000000-1 in domain 0, rate locked; .*; and 2 more; 2\/2 ports up$/,
    );
    expect(lineOf({ instances: [{ name: 'p2p-tc of domain 3', syntonisation: [of(3)] }] })).toBe(
      'p2p-tc of domain 3: Sync of 001b19.fffe.000003-1, rate locked; 2/2 ports up',
    );
  });
});
