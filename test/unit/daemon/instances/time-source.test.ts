/** What a grandmaster of ours tells, by what the machine says: of its time, and of UTC. */
import { describe, expect, test } from 'vitest';
import type { TimeConfig } from '../../../../src/config/config.js';
import type { TimePropertiesDS } from '../../../../src/core/datasets/data-sets.js';
import { parseLeapSecondsList } from '../../../../src/core/datasets/leap-seconds-list.js';
import type { OwnTime } from '../../../../src/core/instance/own-time.js';
import { instantFromNs, instantToNs, type Instant } from '../../../../src/core/time/instant.js';
import { MachineTimeSource } from '../../../../src/daemon/instances/time-source.js';
import { untoldKernelClock, type KernelClockState } from '../../../../src/native/kernel-clock.js';

const second = 1_000_000_000n;
const utcNs = (text: string) => BigInt(Date.parse(text)) * 1_000_000n;
const untold = untoldKernelClock.read();
const told: KernelClockState = { ...untold, taiOffset: 37, synchronised: true };
const insert: KernelClockState = { ...told, leapSecond: 'insert' };
const defaults: TimeConfig = {
  ...{ source: 'system', utcOffset: 'kernel', leapSecondsFile: '/usr/share/leap' },
  ...{ timeTraceable: false, frequencyTraceable: false },
};

/** 37 from 2017 on, 38 from July 2027 on; good until 2028. */
const list = parseLeapSecondsList(
  `#@ ${ntp('2028-01-01T00:00:00Z')}\n${ntp('2015-07-01T00:00:00Z')} 36\n` +
    `${ntp('2017-01-01T00:00:00Z')} 37\n${ntp('2027-07-01T00:00:00Z')} 38\n`,
)!;
const expiredList = { ...list, expires: utcNs('2026-06-28T00:00:00Z') / second };

function ntp(text: string): bigint {
  return utcNs(text) / second + 2_208_988_800n;
}

/** An instance whose raw time is the unsteered time of day, and whose system clock shows UTC. */
class Machine {
  kernel: KernelClockState = told;
  list: typeof list | null = null;
  hardwareNs: bigint | null = null;
  nowNs = utcNs('2027-03-05T10:00:00Z');
  /** What somebody has set the system clock forward by, seconds. */
  steppedBy = 0n;
  isFollowing = false;
  followed: TimePropertiesDS | undefined;
  readonly warnings: string[] = [];
  readonly #source: MachineTimeSource;
  #ownNs = 0n;

  constructor(config: Partial<TimeConfig> = {}) {
    this.#source = new MachineTimeSource({ ...defaults, ...config }, (line) =>
      this.warnings.push(line),
    );
  }

  /** Reads as an instance does that goes by what it has read last. */
  read(): OwnTime {
    const clockNs = this.nowNs + this.steppedBy * second;
    const at = { commonNs: this.nowNs, rateOffset: 0 };
    const hardware = this.hardwareNs === null ? null : { clockNs: this.hardwareNs, ...at };
    const { kernel, list: listed, isFollowing, followed } = this;
    const timeAt = (raw: Instant) => (raw + this.#ownNs) as Instant;
    const ownTime = this.#source.read(
      {
        ...{ system: { clockNs, ...at }, hardware, kernel, list: listed },
      },
      { timeAt, rateOffset: 1e-6, isFollowing, followed },
    );
    if (ownTime.reading !== undefined) this.#ownNs = ownTime.reading.time - ownTime.reading.raw;
    return ownTime;
  }

  aheadOfUtc(): bigint | undefined {
    const { reading } = this.read();
    return reading && (instantToNs(reading.time) - this.nowNs) / second;
  }
}

describe('the system clock as a source', () => {
  test('with the TAI offset of the kernel: TAI, and the offset to UTC', () => {
    const machine = new Machine();
    expect(machine.aheadOfUtc()).toBe(37n);
    expect(machine.read().timePropertiesDS).toEqual({
      ...{ currentUtcOffset: 37, currentUtcOffsetValid: true, leap59: false, leap61: false },
      ...{ timeTraceable: false, frequencyTraceable: false, ptpTimescale: true, timeSource: 0x50 },
    });
    expect(machine.warnings).toEqual([]);
  });

  test('with a number, which stands where the kernel knows nothing', () => {
    const machine = new Machine({ utcOffset: 37 });
    machine.kernel = untold;
    expect(machine.aheadOfUtc()).toBe(37n);
    expect(machine.read().timePropertiesDS).toMatchObject({
      ...{ currentUtcOffset: 37, currentUtcOffsetValid: true, ptpTimescale: true },
      timeSource: 0xa0,
    });
  });

  test.each(['kernel', 'leapSecondsFile'] as const)(
    'with the list of leap seconds, while it has not expired (utcOffset: %s)',
    (utcOffset) => {
      const machine = new Machine({ utcOffset });
      machine.kernel = untold;
      machine.list = list;
      expect(machine.aheadOfUtc()).toBe(37n);
      expect(machine.read().timePropertiesDS).toMatchObject({
        ...{ currentUtcOffset: 37, currentUtcOffsetValid: true, ptpTimescale: true },
      });
      expect(machine.warnings).toEqual([]);
    },
  );

  test('by a list that has expired nobody vouches for the offset, and that is told once', () => {
    const machine = new Machine();
    machine.kernel = untold;
    machine.list = expiredList;
    machine.read();
    expect(machine.read().timePropertiesDS).toMatchObject({
      ...{ currentUtcOffset: 37, currentUtcOffsetValid: false, ptpTimescale: true },
    });
    expect(machine.warnings).toEqual([
      '/usr/share/leap has expired: its 37 s are told as not valid; bring it up to date (tzdata)',
    ]);
  });

  test('where nobody knows the offset it is UTC in a timescale of its own, and says so with the remedy', () => {
    const machine = new Machine({ timeTraceable: true });
    machine.kernel = { ...untold, synchronised: true };
    expect(machine.aheadOfUtc()).toBe(0n);
    expect(machine.read().timePropertiesDS).toMatchObject({
      ...{ ptpTimescale: false, currentUtcOffsetValid: false, timeTraceable: false },
    });
    expect(machine.warnings).toEqual([
      'as grandmaster it tells UTC, as a timescale of its own (ARB) and not TAI: TAI - UTC is known neither to the kernel nor by /usr/share/leap; have chronyd tell the kernel (leapsectz right/UTC), or write time: {utcOffset: 37}',
    ]);
  });

  test('or by what a master has told before, without vouching for it', () => {
    const machine = new Machine();
    machine.kernel = untold;
    machine.followed = {
      ...machine.read().timePropertiesDS,
      ...{ ptpTimescale: true, currentUtcOffset: 37, currentUtcOffsetValid: true },
    };
    expect(machine.aheadOfUtc()).toBe(37n);
    expect(machine.read().timePropertiesDS).toMatchObject({
      ...{ ptpTimescale: true, currentUtcOffset: 37, currentUtcOffsetValid: false },
    });
  });

  test.each([0, -32_768, 9, 101])(
    'not by the %d that a master has told: that cannot be TAI - UTC',
    (currentUtcOffset) => {
      const machine = new Machine();
      machine.kernel = untold;
      machine.followed = {
        ...machine.read().timePropertiesDS,
        ...{ ptpTimescale: true, currentUtcOffset, currentUtcOffsetValid: true },
      };
      expect(machine.aheadOfUtc()).toBe(0n);
      expect(machine.read().timePropertiesDS).toMatchObject({
        ...{ ptpTimescale: false, currentUtcOffsetValid: false },
      });
    },
  );

  test('what is claimed of it is claimed while it is synchronised', () => {
    const claims = { timeTraceable: true, frequencyTraceable: true } as const;
    const machine = new Machine({ ...claims, timeSource: 0x20 });
    expect(machine.read().timePropertiesDS).toMatchObject({ ...claims, timeSource: 0x20 });
    machine.kernel = { ...told, synchronised: false };
    expect(machine.read().timePropertiesDS).toMatchObject({
      ...{ timeTraceable: false, frequencyTraceable: false, timeSource: 0x20 },
    });
  });

  test('a kernel and a list that differ are told of', () => {
    const machine = new Machine();
    machine.kernel = { ...told, taiOffset: 36 };
    machine.list = list;
    expect(machine.aheadOfUtc()).toBe(36n);
    expect(machine.warnings).toEqual([
      'TAI - UTC is 36 s to the kernel, but 37 s in /usr/share/leap: one of them is wrong',
    ]);
  });
});

describe('9.4: a leap second', () => {
  const flags = ({ timePropertiesDS }: OwnTime) => [
    timePropertiesDS.leap61,
    timePropertiesDS.leap59,
    timePropertiesDS.currentUtcOffset,
  ];

  test('that the kernel is told of is announced in its last twelve hours, and time goes on', () => {
    const machine = new Machine();
    machine.kernel = insert;
    machine.nowNs = utcNs('2027-06-30T11:59:59Z');
    expect(flags(machine.read())).toEqual([false, false, 37]);
    machine.nowNs = utcNs('2027-06-30T12:00:01Z');
    expect(flags(machine.read())).toEqual([true, false, 37]);
    machine.nowNs = utcNs('2027-06-30T23:59:58Z');
    expect(machine.aheadOfUtc()).toBe(37n);
    // 23:59:60: the kernel's clock repeats a second, and knows it.
    machine.nowNs = utcNs('2027-07-01T00:00:00Z');
    machine.steppedBy = -1n;
    machine.kernel = { ...told, taiOffset: 38 };
    expect(machine.read()).not.toHaveProperty('reading');
    expect(flags(machine.read())).toEqual([false, false, 38]);
    machine.nowNs = utcNs('2027-07-01T00:00:05Z');
    expect(machine.aheadOfUtc()).toBe(37n);
    expect(flags(machine.read())).toEqual([false, false, 38]);
  });

  test('of the list is announced too', () => {
    const machine = new Machine({ utcOffset: 'leapSecondsFile' });
    machine.list = list;
    machine.kernel = untold;
    machine.nowNs = utcNs('2027-06-30T13:00:00Z');
    expect(flags(machine.read())).toEqual([true, false, 37]);
  });

  test('that whoever keeps the system clock does not make is not told as a jump of the time', () => {
    const machine = new Machine({ utcOffset: 'leapSecondsFile' });
    machine.list = list;
    machine.kernel = untold;
    machine.nowNs = utcNs('2027-06-30T23:59:50Z');
    expect(machine.aheadOfUtc()).toBe(37n);
    machine.nowNs = utcNs('2027-07-01T00:00:10Z');
    // While a master is followed, its time is what goes on.
    machine.isFollowing = true;
    expect(machine.read()).not.toHaveProperty('reading');
    expect(machine.warnings).toEqual([]);
    machine.isFollowing = false;
    expect(machine.read()).not.toHaveProperty('reading');
    expect(machine.warnings).toHaveLength(1);
    // Half a minute late it is set right.
    machine.nowNs = utcNs('2027-07-01T00:00:30Z');
    machine.steppedBy = -1n;
    expect(machine.aheadOfUtc()).toBe(37n);
    expect(flags(machine.read())).toEqual([false, false, 38]);
  });

  test('counts where the offset is a number of the configuration', () => {
    const machine = new Machine({ utcOffset: 37 });
    machine.kernel = { ...insert, taiOffset: 0 };
    machine.nowNs = utcNs('2027-06-30T23:59:50Z');
    machine.read();
    machine.nowNs = utcNs('2027-07-01T00:00:10Z');
    machine.steppedBy = -1n;
    machine.kernel = { ...told, taiOffset: 1 };
    machine.read();
    expect(flags(machine.read())).toEqual([false, false, 38]);
    expect(machine.aheadOfUtc()).toBe(37n);
  });

  test.each(['kernel', 37] as const)(
    'is one, though the kernel keeps its flag during the second that it repeats (utcOffset: %s)',
    (utcOffset) => {
      const machine = new Machine({ utcOffset });
      machine.kernel = insert;
      machine.nowNs = utcNs('2027-06-30T23:59:59.5Z');
      machine.read();
      machine.steppedBy = -1n;
      machine.kernel = { ...insert, taiOffset: 38 };
      for (let tenths = 0n; tenths < 50n; ++tenths) {
        machine.nowNs = utcNs('2027-07-01T00:00:00Z') + (tenths * second) / 10n;
        expect(flags(machine.read())).toEqual([false, false, 38]);
      }
      expect(machine.aheadOfUtc()).toBe(37n);
    },
  );

  test('that is taken back before its time is none', () => {
    const machine = new Machine({ utcOffset: 37 });
    machine.kernel = insert;
    machine.nowNs = utcNs('2027-06-30T23:00:00Z');
    expect(flags(machine.read())).toEqual([true, false, 37]);
    machine.kernel = told;
    expect(flags(machine.read())).toEqual([false, false, 37]);
    machine.nowNs = utcNs('2027-07-01T00:01:00Z');
    expect(flags(machine.read())).toEqual([false, false, 37]);
  });
});

test('a hardware clock shows TAI: nothing is added to it, and of UTC is told what is known', () => {
  const machine = new Machine({ source: 'phc', timeSource: 0x20, timeTraceable: true });
  machine.kernel = untold;
  expect(machine.read()).not.toHaveProperty('reading');
  machine.hardwareNs = machine.nowNs + 37n * second;
  expect(machine.aheadOfUtc()).toBe(37n);
  expect(machine.read().timePropertiesDS).toMatchObject({
    ...{ ptpTimescale: true, currentUtcOffsetValid: false, timeTraceable: true, timeSource: 0x20 },
  });
  expect(machine.warnings).toHaveLength(1);
  machine.kernel = told;
  expect(machine.read().timePropertiesDS).toMatchObject({
    ...{ currentUtcOffset: 37, currentUtcOffsetValid: true },
  });
});

test('free: it begins near, goes by itself, and claims nothing', () => {
  const machine = new Machine({ source: 'free' });
  expect(machine.read()).toMatchObject({
    reading: { time: instantFromNs(machine.nowNs), rateOffset: 1e-6 },
    timePropertiesDS: { ptpTimescale: false, currentUtcOffsetValid: false, timeSource: 0xa0 },
  });
  expect(machine.read()).not.toHaveProperty('reading');
});
