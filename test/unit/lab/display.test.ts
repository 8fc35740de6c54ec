import { describe, expect, test } from 'vitest';
import type { Environment } from '../../../src/cli/environment.js';
import { plain } from '../../../src/cli/formats/colour.js';
import { formatLab, formatLabLine } from '../../../src/cli/formats/lab/lab.js';
import { displayFor } from '../../../src/cli/formats/lab/lab-display.js';
import { Hangups } from '../../../src/cli/hangups.js';
import { emptyReport, report } from './reports.js';

/** A display and all that it has written. */
function display(json: boolean, interactive: boolean) {
  const output: string[] = [];
  const errors: string[] = [];
  const print = (text: string): void => void output.push(text);
  const printError = (text: string): void => void errors.push(text);
  const environment: Environment = {
    version: '1.2.3',
    script: '/opt/ptp-switch/dist/cli/main.js',
    ...{ print, printError },
    log: { info: print, warn: printError, error: printError },
    interactive,
    terminal: () => ({ columns: 80, rows: undefined }),
    paint: plain,
    openTerminal: () => Promise.resolve(undefined),
    stop: new AbortController().signal,
    hangups: new Hangups(() => undefined),
    variables: {},
    loadAddon: () => Promise.reject(new Error('a display needs no addon')),
    watchAddresses: () => Promise.resolve(() => undefined),
    takeOwnership: () => Promise.resolve({ release: () => undefined }),
  };
  return { shown: displayFor(json, environment), output, errors };
}

/** Wraps lines again, shows the cursor, returns to the screen that was there. */
const giveBack = '\u001b[?7h\u001b[?25h\u001b[?1049l';

describe('the table', () => {
  test('says what the correction is worth', () => {
    const text = formatLab(report);
    expect(text).toContain(
      'After 10 s the median error is 850 ns with the correction (worst 2.10 us),\n' +
        '102 us without it (worst 700 us): 120 times as much.',
    );
    expect(text).toMatch(/^UDPv4 unicast +p4 +160 +850 ns +2\.10 us +102 us +700 us$/m);
    expect(text).toMatch(/^p1 +time source +320 +7 +5 +75\.0 us \/ 91\.0 us \/ 92\.0 us$/m);
    expect(text).toContain('0 to 64');
  });

  test('fits a terminal of 80 columns and 24 lines, with two to spare for the way out', () => {
    const lines = formatLab(report).split('\n');
    expect(lines.length).toBeLessThanOrEqual(22);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('claims nothing before there is a sample', () => {
    const text = `${formatLab(emptyReport)}\n${formatLabLine(emptyReport)}`;
    expect(text).toMatch(/^UDPv4 unicast +p4 +0 +- +- +- +-$/m);
    expect(text).not.toMatch(/NaN|null|undefined|times as much/);
  });
});

describe('on a terminal', () => {
  test('each report is written over the one before, never over a blank screen', () => {
    const { shown, output } = display(false, true);
    shown.onReport(report);
    shown.onReport(report);
    expect(output).toHaveLength(2);
    expect(output[0]?.startsWith('\u001b[?1049h')).toBe(true);
    expect(output[1]?.startsWith('\u001b[HA source')).toBe(true);
    expect(output.join('')).not.toContain('\u001b[2J');
  });

  test('the screen is given back, and the result stays', () => {
    const { shown, output } = display(false, true);
    shown.onReport(report);
    shown.end(report);
    expect(output.at(-1)).toBe(`${giveBack}${formatLab(report)}`);
  });

  test('the screen is given back after a failure', () => {
    const { shown, output } = display(false, true);
    shown.onReport(report);
    shown.end(undefined);
    expect(output.at(-1)).toBe(giveBack);
  });

  test('nothing is given back that was not taken', () => {
    const { shown, output } = display(false, true);
    shown.end(undefined);
    expect(output).toEqual([]);
  });
});

test('in a pipe: a plain line a report, the table once, no control characters', () => {
  const { shown, output } = display(false, false);
  shown.onProgress('lab: starting');
  shown.onReport(report);
  shown.end(report);
  expect(output.slice(0, 2)).toEqual([
    'lab: starting',
    'lab: 10 s, 160 samples: median error 850 ns with the correction (worst 2.10 us), 102 us without it (worst 700 us)',
  ]);
  expect(output[2]).toBe(`\n${formatLab(report)}`);
  expect(output.join('')).not.toContain('\u001b');
});

test('--json: one document on standard output, progress on the other', () => {
  const { shown, output, errors } = display(true, true);
  shown.onProgress('lab: starting');
  shown.onReport(report);
  shown.end(report);
  expect(errors).toEqual(['lab: starting']);
  expect(output.map((text) => JSON.parse(text) as unknown)).toEqual([
    {
      schema: 1,
      at: expect.any(String) as unknown,
      since: expect.any(String) as unknown,
      ...report,
    },
  ]);
});
