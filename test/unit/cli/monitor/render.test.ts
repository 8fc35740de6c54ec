import { describe, expect, test } from 'vitest';
import { paintFor } from '../../../../src/cli/formats/colour.js';
import { render } from '../../../../src/cli/monitor/render.js';
import { withProblem, type MonitorState } from '../../../../src/cli/monitor/state.js';
import { after, busyPort, portReading, readingWith, stateAfter } from './screens.js';

const escape = '\u001b';
const down = portReading('eth3', { link: 'down', roles: ['DISABLED'], timestamping: 'software' });
const four = [0, 1, 2].map((second) =>
  readingWith([
    busyPort('eth1', 16 * second),
    busyPort('eth2', 1024 * second, 9400),
    { ...down, dropped: { noPolicy: 5 * second } },
    portReading('eth4', { link: 'isolated', roles: ['PASSIVE'] }),
  ]),
);

function many(count: number): MonitorState {
  const ports = (second: number) =>
    Array.from({ length: count }, (_, port) => busyPort(`enp${port}s0f0np0`, second * port));
  const instances = Array.from({ length: 5 }, (_, domain) => ({
    name: `bc of domain ${domain}`,
    state: 'holdover',
    words: 'no Follow_Up of the master comes too late, '.repeat(5),
    offsetNs: 1e9,
  }));
  const problems = ports(0).map(({ interface: name }) => `${name}: isolated: ${'x'.repeat(90)}`);
  return stateAfter(
    [0, 1, 2, 3].map((second) => readingWith(ports(second), { instances, problems })),
  );
}

const sizes = [
  [80, 24],
  [120, 40],
  [40, 10],
  [20, 3],
  [200, 60],
  [1, 1],
] as const;

const states: readonly (readonly [string, MonitorState])[] = [
  ['nothing yet', stateAfter([])],
  ['four ports', stateAfter(four)],
  ['no port', stateAfter([readingWith([])])],
  ['thirty-two ports', many(32)],
  ['the last of thirty-two', after(many(32), 'end')],
  ['a port', after(stateAfter(four), 'return')],
  ['a port, scrolled', after(stateAfter(four), 'return', 'end')],
  ['help', after(stateAfter(four), '?')],
  ['a filter that is typed', after(stateAfter(four), '/', 'x', 'y')],
  ['trouble', withProblem(many(3), 'no answer: '.repeat(20), 0)],
];

describe('a screen', () => {
  for (const [columns, rows] of sizes) {
    test.each(states)(`of ${columns}x${rows} has room for it: %s`, (_, state) => {
      const lines = render(state, columns, rows);
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(Math.max(0, ...lines.map((line) => visible(line).length))).toBeLessThanOrEqual(
        columns,
      );
    });
  }

  test('of 80x24 shows clocks, ports and keys', () => {
    expect(
      render(after(stateAfter(four), 'down', 'down'), 80, 24)
        .map(visible)
        .join('\n'),
    ).toBe(
      [
        'ptp-switch 1.2.3  up 3d 02:11  2 of 4 ports up                          14:02:13',
        '',
        'bc of domain 24  offset  -24 ns          ███  locked  follows 00b0ae.fffe.000011',
        '',
        'port  link       in/s  out/s  dropped/s  residence                state',
        'eth1  up         48.0   16.0          0    8.10 us            ██  MASTER',
        'eth2  up        3,072  1,024          0    9.40 us            ██  MASTER        ',
        'eth3  down          0      0        5.0          -                DISABLED',
        'eth4  isolated      0      0          0          -                PASSIVE',
        ...Array.from({ length: 14 }, () => ''),
        'q quit  up/down, Enter port  s sort  / filter  p pause  r reset  ? help',
      ].join('\n'),
    );
  });

  test('of 120x40 shows more of each', () => {
    const text = textOf(stateAfter(four), 120, 40);
    expect(text).toMatch(
      /port +link +stamps +in\/s +out\/s +dropped\/s +residence +p99 +delay +state/,
    );
    expect(text).toContain('follows 00b0ae.fffe.000011 by eth1, 24 ns');
  });

  test('of more ports than lines shows the one that is marked, and says that there are more', () => {
    expect(textOf(many(32), 80, 24)).toMatch(/enp0s0f0np0[^]*and \d+ more/);
    expect(textOf(after(many(32), 'end'), 80, 24)).toContain('enp31s0f0np0');
  });

  test('of a port shows what it has had by type, what was dropped and why', () => {
    const text = textOf(after(stateAfter(four), 'down', 'down', 'down', 'return'), 80, 24);
    expect(text).toMatch(/^eth3 {2}link down {2}software time stamps/m);
    expect(text).toMatch(/^dropped +a second +in all\nnoPolicy +5\.0 +10$/m);
    const busy = textOf(after(stateAfter(four), 'down', 'return'), 80, 24);
    expect(busy).toMatch(/^Delay_Req +32\.0 +0 +64 +0$/m);
    expect(busy).toMatch(/p50 8\.10 us, p99 8\.10 us, max 8\.10 us/);
  });

  test('has colours for words of state, and what is marked reversed from end to end', () => {
    const state = after(stateAfter(four), 'down');
    const coloured = { ...state, look: { ...state.look, paint: paintFor(true, {}) } };
    const lines = render(coloured, 80, 24);
    expect(lines.find((line) => line.includes('eth3'))).toContain('\u001b[33mdown\u001b[39m');
    const marked = lines.find((line) => line.includes('eth1  '))!;
    expect(marked.startsWith('\u001b[7m')).toBe(true);
    expect(visible(marked)).toHaveLength(80);
    const without = { ...state, look: { ...state.look, paint: paintFor(true, { NO_COLOR: '1' }) } };
    expect(render(without, 80, 24).join('')).not.toContain(`${escape}[3`);
  });

  test('has bars of letters where there are no blocks', () => {
    const state = stateAfter(four);
    const text = textOf({ ...state, look: { ...state.look, blocks: false } }, 80, 24);
    expect(text).toMatch(/^[ -~\n]*$/);
    expect(text).toContain('##');
  });

  test('tells the terminal nothing that others have sent', () => {
    const words = 'follows \u001b[2Jme\u0007 and \u{1f600}';
    const instances = [{ name: 'bc', state: '', words, offsetNs: null }];
    const text = textOf(stateAfter([readingWith([], { instances })]), 80, 24);
    expect(text).toContain('follows ?[2Jme? and ?');
  });

  test('says since when the switch does not answer, and shows what it said last', () => {
    const state = withProblem(stateAfter(four), 'gone', Date.UTC(2026, 0, 1, 14, 2, 20));
    const later = withProblem(state, 'gone', Date.UTC(2026, 0, 1, 14, 2, 30));
    expect(textOf(later, 120, 24)).toMatch(/^ptp-switch.*\nno answer since 14:02:20: gone$/m);
    expect(textOf(later, 120, 24)).toContain('eth1');
  });
});

function textOf(state: MonitorState, columns: number, rows: number): string {
  return render(state, columns, rows)
    .map(visible)
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Without what changes colours and attributes. */
function visible(line: string): string {
  return line.replaceAll(new RegExp(`${escape}\\[\\d+m`, 'g'), '');
}
