/** timePropertiesDS (8.2.4) between the data set and Announce, which carries it in flagField and body (table 37, 13.5). */
import { Flag } from '../wire/header.js';
import type { MessageOf } from '../wire/message.js';
import type { TimePropertiesDS } from './data-sets.js';

/** 7.6.2.8, table 6: a free-running oscillator. */
const internalOscillator = 0xa0;

/** TAI - UTC since 2017; not marked valid, because nobody has told this clock. */
const initialUtcOffset = 37;

/** 9.4: of a grandmaster that has had its time from nobody. */
export const initialTimeProperties: TimePropertiesDS = {
  currentUtcOffset: initialUtcOffset,
  currentUtcOffsetValid: false,
  leap59: false,
  leap61: false,
  timeTraceable: false,
  frequencyTraceable: false,
  ptpTimescale: false,
  timeSource: internalOscillator,
};

/**
 * Of a clock that has lost its grandmaster: the timescale and its distance from UTC go on, but they are not vouched for
 * any more, and a leap second that was announced would never be taken back.
 */
export function withoutGrandmaster(followed: TimePropertiesDS): TimePropertiesDS {
  const { ptpTimescale, currentUtcOffset } = followed;
  return { ...initialTimeProperties, ptpTimescale, currentUtcOffset };
}

/**
 * Of a clock whose holdover is within specification: it vouches for what the grandmaster did, but where the time comes from is
 * its own oscillator now. A leap second that was announced it announces on, and makes itself, if it knows when that is: else it
 * does not know what UTC is from some day on, and does not vouch for it (9.4).
 */
export function heldOver(followed: TimePropertiesDS, knowsLeapSecond: boolean): TimePropertiesDS {
  const held = { ...followed, timeSource: internalOscillator };
  if (knowsLeapSecond || !(followed.leap59 || followed.leap61)) return held;
  return { ...held, leap59: false, leap61: false, currentUtcOffsetValid: false };
}

export function timePropertiesOf(message: MessageOf<'Announce'>): TimePropertiesDS {
  const { flagField } = message.header;
  const has = (flag: number) => (flagField & flag) !== 0;
  return {
    currentUtcOffset: message.currentUtcOffset,
    currentUtcOffsetValid: has(Flag.currentUtcOffsetValid),
    leap59: has(Flag.leap59),
    leap61: has(Flag.leap61),
    timeTraceable: has(Flag.timeTraceable),
    frequencyTraceable: has(Flag.frequencyTraceable),
    ptpTimescale: has(Flag.ptpTimescale),
    timeSource: message.timeSource,
  };
}

/** The bits of flagField that Announce tells the time properties by. */
export function flagsOfTimeProperties(properties: TimePropertiesDS): number {
  return [
    properties.currentUtcOffsetValid && Flag.currentUtcOffsetValid,
    properties.leap59 && Flag.leap59,
    properties.leap61 && Flag.leap61,
    properties.timeTraceable && Flag.timeTraceable,
    properties.frequencyTraceable && Flag.frequencyTraceable,
    properties.ptpTimescale && Flag.ptpTimescale,
  ].reduce<number>((flags, flag) => flags | (flag || 0), 0);
}
