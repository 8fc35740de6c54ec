/** One screen of a switch: 80 columns, 24 lines, and what is summed up where it has more. */
import { describe, expect, test } from 'vitest';
import { formatStatus, type StatusSize } from '../../../../src/cli/formats/status.js';
import { healthOf } from '../../../../src/observe/health.js';
import { Observations } from '../../../../src/observe/observations.js';
import type { PortSnapshot, Snapshot } from '../../../../src/observe/snapshot.js';
import {
  goodGrandmaster,
  plainClock,
  plainClockPort,
  PlainCounters,
  plainMaster,
  plainPort,
  plainSnapshot,
} from '../../observe/plain-snapshots.js';

const terminal = { columns: 80, rows: 24 };
const winner = { ...goodGrandmaster, sender: '00b0ae.fffe.000011-1', interface: 'eth1' };

/** A boundary clock of domain 24 on all ports, and a transparent clock for the rest; three minutes of it. */
function factsOf(
  ports: readonly PortSnapshot[],
  changed: Partial<Snapshot> = {},
  count: (counters: PlainCounters) => void = () => undefined,
) {
  const counters = new PlainCounters(ports.length);
  const observations = new Observations((unixMs) => new Date(unixMs).toISOString());
  const roles = ports.map((port, index) =>
    plainClockPort(port.interface, {
      portNumber: index + 1,
      portState: index === 0 ? 'SLAVE' : port.link === 'up' ? 'MASTER' : 'DISABLED',
      decision: { code: index === 0 ? 'S1' : 'M3', winner },
    }),
  );
  for (let second = 0; second < 180; second++) {
    for (const [port, { link }] of ports.entries()) {
      if (link !== 'up') continue;
      counters.count(port, port === 0 ? 'rx.Sync' : 'rx.Delay_Req', 32);
      counters.count(port, port === 0 ? 'tx.Delay_Req' : 'tx.Sync', 16);
      counters.measure(port, 8_100, 90);
      counters.measure(port, 22_000, 10);
    }
    if (second === 100) count(counters);
    observations.take(
      plainSnapshot(second, {
        ...{ ports, counters: counters.snapshot },
        clocks: [
          plainClock({
            ports: roles,
            foreignMasters: [plainMaster('eth1'), plainMaster('eth4', { standing: 'bestOfPort' })],
          }),
        ],
        transparentClocks: [{ name: 'e2e-tc of any domain', type: 'e2e-tc', domain: 'any' }],
        domains: [
          {
            ...{ instance: 'e2e-tc of any domain', domain: 0, sdoId: 0, state: 'locked' },
            ...{ rateOffsetPpb: 10_081, source: '001b19.fffe.000001-1' },
          },
        ],
        ...changed,
      }),
    );
  }
  const observed = observations.summary();
  if (observed === undefined) throw new Error('nothing was looked at');
  const summary = { ...observed, alarms: [] };
  return {
    summary,
    health: healthOf(summary, { residenceNs: 10e6 }),
    ...{ version: '0.1.0', uptimeSeconds: 3 * 86_400 + 7_860 },
    nowMs: Date.UTC(2026, 0, 1) + 179_000,
  };
}

const fourPorts = [
  plainPort('eth1'),
  plainPort('eth2'),
  plainPort('eth3', { link: 'down' }),
  plainPort('eth4', { timestamping: 'software', hardwareClock: null }),
];

function screenOf(
  facts: Parameters<typeof formatStatus>[0],
  size: StatusSize = terminal,
): string[] {
  return formatStatus(facts, size).split('\n');
}

test('four ports and two instances on 80 columns and 24 lines', () => {
  const facts = factsOf(fourPorts, {}, (counters) =>
    counters.count(1, 'timestamp.transmitMissing', 12),
  );
  expect(screenOf(facts)).toEqual([
    'ptp-switch 0.1.0  up 3d 02:11  4 ports, 3 up  1 WARN',
    'bc of domain 24: locked for 00:02:59, offset 24 ns rms, 61 ns at most (1 min)',
    '    delay 312 ns',
    '  grandmaster 001b19.fffe.000001 by eth1 for 00:02:59, class 6 (100 ns, GNSS)',
    '    TAI-UTC 37 s, 1 step away, 0 changes, last Sync 40.0 ms ago, 1 other master',
    'e2e-tc of any domain: passes Syncs of 1 domain',
    '  domain 0 by 001b19.fffe.000001-1, rate +10.081 ppm (locked)',
    '',
    'port  link  ts  in/s  out/s  lost  miss     p50     p99  delay  role',
    'eth1  up    hw  32.0   16.0     0     0  10.0us  22.0us      -  d24 SLAVE',
    'eth2  up    hw  32.0   16.0     0   12!  10.0us  22.0us      -  d24 MASTER',
    'eth3  down  hw     0      0     0     0       -       -      -  d24 DISABLED',
    'eth4  up    sw  32.0   16.0     0     0  10.0us  22.0us      -  d24 MASTER',
    '? eth2 timestamps: 12 missing in the last 15 minutes',
  ]);
});

describe('no line is longer than the terminal is wide, and there is room for the prompt', () => {
  const many = (count: number, name: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => plainPort(name(index)));

  test.each([
    ['four ports', fourPorts],
    ['names of 15 characters', many(4, (index) => `enp130s0f${index}np${index}v1`)],
    ['32 ports', many(32, (index) => `eth${index}`)],
    ['one port', many(1, () => 'eth1')],
  ])('%s', (_, ports) => {
    const lines = screenOf(factsOf(ports));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.length).toBeLessThan(24);
  });

  test('much is wrong', () => {
    const ports = many(32, (index) => `eth${index}`);
    const facts = factsOf(ports, {}, (counters) => {
      for (const port of ports.keys()) counters.count(port, 'drop.sendFailed', 2);
    });
    const lines = screenOf(facts);
    expect(lines.length).toBeLessThan(24);
    expect(lines[0]).toMatch(/32 WARN$/);
    expect(lines.at(-1)).toMatch(/^and \d+ more: see ptp-switch health$/);
  });

  test('many instances', () => {
    const clocks = Array.from({ length: 16 }, (_, domain) =>
      plainClock({ name: `bc of domain ${domain}`, domain }),
    );
    const lines = screenOf(factsOf(fourPorts, { clocks }));
    expect(lines.length).toBeLessThan(24);
    expect(lines.join('\n')).toMatch(/\nand \d+ more instances: see show clock\n/);
    expect(lines.filter((line) => line.startsWith('eth'))).toHaveLength(4);
  });

  test.each([[24], [40], [12]])('on %i lines', (rows) => {
    const ports = many(32, (index) => `eth${index}`);
    expect(screenOf(factsOf(ports), { columns: 80, rows }).length).toBeLessThan(rows);
  });
});

test('ports beyond the screen are summed up; those that something is wrong with are shown', () => {
  const ports = Array.from({ length: 32 }, (_, index) => plainPort(`eth${index}`));
  const lines = screenOf(
    factsOf(ports, {}, (counters) => counters.count(31, 'timestamp.transmitMissing', 2)),
  );
  expect(lines.some((line) => /^eth31 .* 2! /.test(line))).toBe(true);
  const rest = lines.find((line) => line.startsWith('and '));
  const shown = lines.filter((line) => /^eth\d+ /.test(line)).length;
  expect(rest).toBe(
    `and ${32 - shown} more ports: ${32 - shown} up, ${(32 - shown) * 32} in/s, ${(32 - shown) * 16} out/s, 0 lost, 0 missing`,
  );
});

test('where nobody sees a screen all ports are listed', () => {
  const ports = Array.from({ length: 32 }, (_, index) => plainPort(`eth${index}`));
  const lines = screenOf(factsOf(ports), { columns: 80, rows: undefined });
  expect(lines.filter((line) => /^eth\d+ /.test(line))).toHaveLength(32);
});

describe('only what is known is shown', () => {
  test('of a clock that follows nobody', () => {
    const parent = { ...goodGrandmaster, portIdentity: 'a-0', interface: null };
    const clock = plainClock({ parent, lockState: 'unlocked', offsets: null, foreignMasters: [] });
    const lines = screenOf(factsOf(fourPorts, { clocks: [clock] }));
    expect(lines[1]).toBe('bc of domain 24: it is the grandmaster itself, for 00:02:59');
  });

  test('of a clock that has lost its grandmaster', () => {
    const own = { grandmasterIdentity: '020000.fffe.000001' };
    const parent = { ...goodGrandmaster, ...own, portIdentity: 'a-0', interface: null };
    const clock = plainClock({ parent, lockState: 'holdover', offsets: null, foreignMasters: [] });
    const lines = screenOf(factsOf(fourPorts, { clocks: [clock] }));
    expect(lines[2]).toBe('  grandmaster is this clock for 00:02:59, 0 changes');
  });

  test('of a master whose Syncs have stopped', () => {
    const clock = plainClock({ lockState: 'holdover', offsets: null, meanDelayNs: null });
    const lines = screenOf(factsOf(fourPorts, { clocks: [clock] }));
    expect(lines[1]).toBe('bc of domain 24: holdover for 00:02:59, no offsets in the last minute');
  });

  test('of a switch that nothing passes', () => {
    const facts = factsOf([plainPort('eth1', { link: 'down' })], { domains: [], clocks: [] });
    const text = screenOf(facts).join('\n');
    expect(text).toContain('e2e-tc of any domain: no Sync has passed');
    expect(text).toMatch(/^eth1 .* - +- +- +-$/m);
  });
});
