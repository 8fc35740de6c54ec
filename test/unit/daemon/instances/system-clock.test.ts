/** What the operator is told of a master whose word the system clock is not set by. */
import { expect, test } from 'vitest';
import type { TimeConfig } from '../../../../src/config/config.js';
import { initialTimeProperties } from '../../../../src/core/datasets/time-properties.js';
import { durationNs, instantFromNs } from '../../../../src/core/time/instant.js';
import { SystemClock } from '../../../../src/daemon/instances/system-clock.js';
import { untoldKernelClock } from '../../../../src/native/kernel-clock.js';

const now = instantFromNs(1_800_000_000_000_000_000n);
const time: TimeConfig = {
  ...{ source: 'system', utcOffset: 37, leapSecondsFile: '/none' },
  ...{ timeTraceable: false, frequencyTraceable: false },
};

function bench() {
  const lines: string[] = [];
  const clock = new SystemClock({
    ...{ time, kernelClock: untoldKernelClock, list: () => null },
    warn: (line) => lines.push(line),
  });
  const tell = (currentUtcOffset: number, seconds: number) =>
    clock.behindNs(
      {
        ...initialTimeProperties,
        ...{ ptpTimescale: true, currentUtcOffsetValid: true, currentUtcOffset },
      },
      now,
      durationNs(seconds * 1e9),
      (behindNs) => behindNs - 37_000_000_000n,
    );
  return { clock, lines, tell };
}

test('a master that tells another impossible offset four times a second is a line a minute, and counted', () => {
  const { clock, lines, tell } = bench();
  for (let i = 0; i < 1_200; ++i) tell(-32_768 + i, i / 4);
  expect(lines).toHaveLength(5);
  expect(lines[1]).toContain(`currentUtcOffset ${-32_768 + 240},`);
  expect(clock.status()).toMatchObject({ refused: 'utcOffset', refusals: 1_200 });
});

test('what is told for long, or again and again, is told of once', () => {
  const { lines, tell } = bench();
  for (let i = 0; i < 1_200; ++i) tell(i % 2 === 0 ? 0 : 37, i / 4);
  expect(lines).toHaveLength(1);
});
