/** The shape of `time:`, where a clock has its time from while it is the grandmaster, and what it says of it. */
import { z } from 'zod';
import { complain, oneOf, wholeNumber, yesOrNo } from '../shapes.js';
import { numberIn, wordAmong } from '../words.js';

/** Where Debian, Fedora and others have the list of the IERS. */
const usualLeapSecondsFile = '/usr/share/zoneinfo/leap-seconds.list';

/** 7.6.2.8, table 6. */
const timeSources = {
  atomic_clock: 0x10,
  gnss: 0x20,
  terrestrial_radio: 0x30,
  serial_time_code: 0x39,
  ptp: 0x40,
  ntp: 0x50,
  hand_set: 0x60,
  other: 0x90,
  internal_oscillator: 0xa0,
} as const;
const timeSourceNames = Object.keys(timeSources) as (keyof typeof timeSources)[];

const timeRemedy =
  'write system, phc or free, or its settings, as in time: {source: system, utcOffset: 37}';
const utcOffsetRemedy = 'write kernel, leapSecondsFile or the seconds that TAI is ahead of UTC, 37';
const timeSourceRemedy = `write one of ${timeSourceNames.join(', ')}, or its number in table 6, as in 0x20`;
const pathRemedy = 'write an absolute path';
const absolutePath = z
  .string({ error: pathRemedy })
  .refine((path) => path.startsWith('/'), { error: pathRemedy });

const longTime = z
  .strictObject(
    {
      source: oneOf('system', 'phc', 'free').default('system'),
      utcOffset: z
        .preprocess(
          (value) =>
            wordAmong(['kernel', 'leapSecondsFile'], numberIn(value), {
              leapSecondsFile: ['leapsecondsfile'],
            }),
          z.union([z.enum(['kernel', 'leapSecondsFile']), wholeNumber(10, 100, utcOffsetRemedy)], {
            error: utcOffsetRemedy,
          }),
        )
        .default('kernel'),
      leapSecondsFile: absolutePath.default(usualLeapSecondsFile),
      timeSource: z
        .preprocess((value) => numberOfTimeSource(value), wholeNumber(0, 0xff, timeSourceRemedy))
        .exactOptional(),
      timeTraceable: yesOrNo.default(false),
      frequencyTraceable: yesOrNo.default(false),
    },
    { error: timeRemedy },
  )
  .superRefine((value, context) => {
    const { source, timeTraceable, frequencyTraceable } = value;
    if (source !== 'free' || !(timeTraceable || frequencyTraceable)) return;
    complain(context, [timeTraceable ? 'timeTraceable' : 'frequencyTraceable'], {
      problem: 'a time that comes from nowhere is traceable to nothing',
      remedy: 'leave it out, or say where the time is from: source: system or phc',
    });
  });

/** The source alone, or that with what is said of it. */
export const time = z
  .preprocess(
    (value) => (typeof value === 'object' && value !== null ? value : { source: value }),
    longTime,
  )
  .default(longTime.parse({}));

export const timeKeys: readonly string[] = Object.keys(longTime.shape);

export const driftFile = absolutePath;

function numberOfTimeSource(value: unknown): unknown {
  const name = wordAmong(
    timeSourceNames,
    typeof value === 'string' ? value.replaceAll('-', '_') : value,
  );
  return timeSourceNames.includes(name as never)
    ? timeSources[name as keyof typeof timeSources]
    : numberIn(value);
}
