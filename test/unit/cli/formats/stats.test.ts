/** The table of counters fits the terminal, whatever the ports are called and however many there are. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { paintFor } from '../../../../src/cli/formats/colour.js';
import { formatStats, linkWord, type ShownStats } from '../../../../src/cli/formats/stats.js';
import { noneUnclaimed } from '../../../../src/daemon/status/not-taken.js';
import type { PortStats } from '../../../../src/daemon/status/status.js';

const types = [
  ...['Sync', 'Delay_Req', 'Pdelay_Req', 'Pdelay_Resp', 'Follow_Up', 'Delay_Resp'],
  ...['Pdelay_Resp_Follow_Up', 'Announce', 'Signaling', 'Management'],
];

/** Of a switch that has run for a long time: all counters are large. */
function portOf(name: string, factor = 1): PortStats {
  const counts = Object.fromEntries(
    types.map((type, index) => [type, Math.round((12_345_678_901 * factor) / (index + 1))]),
  );
  return {
    interface: name,
    link: 'up',
    isolation: null,
    timestamping: 'hardware',
    counters: {
      rx: counts,
      tx: { ...counts, Signaling: 0 },
      drop: { linkDown: Math.round(1_234_567 * factor), noPolicy: 0, vlanNotAdmitted: 12 },
      path: { followUpsGenerated: Math.round(98_765_432 * factor) },
    },
    dropped: { lost: 0, discarded: Math.round(1_234_579 * factor), malformed: 0 },
    unclaimed: noneUnclaimed(),
    residenceNs: { count: 9, min: 1, mean: 5, p50: 8_100, p99: 22_000, max: 1_200_000 },
    clock: null,
    meanLinkDelayNs: null,
    peerDelay: null,
    notTaken: [],
  };
}

function statsOf(names: readonly string[], uptimeSeconds = 1000): ShownStats {
  return {
    ports: names.map((name) => portOf(name, uptimeSeconds / 1000)),
    failedRecords: 0,
    uptimeSeconds,
  };
}

function namesOf(count: number): string[] {
  return Array.from(
    { length: count },
    (_, port) => `interface-nr-${String(port).padStart(2, '0')}`,
  );
}

describe.each([80, 120])('in %i columns', (columns) => {
  describe.each([1, 4, 8, 32])('%i ports', (count) => {
    const names = namesOf(count);
    const totals = formatStats(statsOf(names), { columns });
    const rates = formatStats(statsOf(names, 1010), { columns, before: statsOf(names) });

    test.each([
      ['totals', totals],
      ['rates', rates],
    ])('%s: no line is longer, and none is torn', (_title, text) => {
      for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns);
    });

    test('every page of a table has a row for each port', () => {
      const pages = totals.split('\n\n').filter((page) => !page.startsWith('also counted'));
      for (const page of pages) {
        const [head, ...rows] = page.split('\n');
        expect(head).toMatch(/^(port|received|sent) /);
        expect(rows.map((row) => row.split(' ')[0])).toEqual(names);
      }
    });
  });
});

test('one page holds what there is room for', () => {
  const pagesIn = (columns: number) =>
    formatStats(statsOf(['eth1']), { columns }).match(/^received/gm)?.length;
  expect([pagesIn(80), pagesIn(300)]).toEqual([3, 1]);
});

test('counts have their thousands apart, and types that no port has are left out', () => {
  const text = formatStats(statsOf(['eth1', 'eth2']), { columns: 300 });
  expect(text).toMatch(/^eth1 +12,345,678,901 +6,172,839,451 /m);
  const [, sent = ''] = /^sent (.*)$/m.exec(text) ?? [];
  expect(sent.trim().split(/ +/)).toEqual(types.filter((type) => type !== 'Signaling'));
  expect(text).toContain('eth1  drop.linkDown 1,234,567  drop.vlanNotAdmitted 12  path.foll');
});

describe('rates', () => {
  test('stand beside the totals', () => {
    const before = statsOf(['eth1'], 1000);
    const text = formatStats(statsOf(['eth1'], 1010), { columns: 300, before });
    expect(text).toMatch(/^received +Sync +\/s /m);
    expect(text).toMatch(/^eth1 +12,469,135,690 +12,345,679 /m);
    expect(text).toContain('drop.linkDown 1,246,913 (1,235/s)');
  });

  test('there are none of a switch that was started anew', () => {
    const text = formatStats(statsOf(['eth1'], 10), { columns: 300, before: statsOf(['eth1']) });
    expect(text).not.toContain('/s');
  });

  test('a port that was not there before has none', () => {
    const before = statsOf(['eth1'], 1000);
    const text = formatStats(statsOf(['eth1', 'eth2'], 1010), { columns: 300, before });
    expect(text).toMatch(/^eth2 +12,469,135,690 +- /m);
  });
});

test('a port that is kept out is told of with the other port of the loop', () => {
  const isolation = { loopWith: 'eth1' };
  expect(linkWord({ link: 'up', isolation: null })).toBe('up');
  expect(linkWord({ link: 'up', isolation })).toBe('isolated');
  const text = formatStats(
    { ports: [{ ...portOf('eth2'), isolation }], failedRecords: 2, uptimeSeconds: 1 },
    { columns: 80 },
  );
  expect(text).toContain('eth2: isolated for a while: what comes in by eth1 has come round to it');
  expect(text).toContain('2 records left out by faults of this program: see its log');
});

describe('colour', () => {
  const coloured = paintFor(true, {});

  test('is for the words of states alone, and moves no column', () => {
    const plainText = formatStats(statsOf(['eth1', 'eth2']), { columns: 80 });
    const text = formatStats(statsOf(['eth1', 'eth2']), { columns: 80, paint: coloured });
    expect(text.split(coloured('good', 'up'))).toHaveLength(3);
    expect(stripVTControlCharacters(text)).toBe(plainText);
  });

  test.each<[string, boolean, Record<string, string>, boolean]>([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ])('%s', (_name, interactive, variables, colours) => {
    expect(paintFor(interactive, variables)('bad', 'down') !== 'down').toBe(colours);
  });
});
