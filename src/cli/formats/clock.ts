/** What `show clock|parent|time|foreign-masters` prints of each clock: the standard's names, and what its numbers mean. */
import type { ClockStatus } from '../../daemon/status/clock-status.js';
import { discardWords } from '../../daemon/status/discard-words.js';
import type { TransparentClockStatus } from '../../daemon/status/status.js';
import { moodOf, plain, type Paint } from './colour.js';
import { memberLines, type Member } from './members.js';
import { formatNs, thousands } from './numbers.js';
import { pagedTable } from './table.js';
import {
  accuracyWords,
  clockClassWords,
  deviationWords,
  hex,
  newNameBehind,
  qualityWords,
  rateWords,
  timeSourceWords,
} from './words.js';

export interface ClockLayout {
  readonly columns: number;
  readonly paint?: Paint;
}

/** The parts of a clock that are shown by themselves. */
export type ClockPart = 'clock' | 'parent' | 'time' | 'foreign-masters';

/** One section for each clock, with its name and domain. */
export function clockText(
  what: ClockPart,
  clocks: readonly ClockStatus[],
  { columns, paint = plain }: ClockLayout,
): string {
  const part = {
    clock: (status: ClockStatus) => clockLines(status, paint),
    parent: (status: ClockStatus) => memberLines(parentMembers(status)),
    time: (status: ClockStatus) => memberLines(timeMembers(status)),
    'foreign-masters': (status: ClockStatus) => foreignMasterLines(status, columns, paint),
  }[what];
  return clocks.map((status) => [title(status), ...part(status)].join('\n')).join('\n\n');
}

function title({ clock: { instance, domainNumber, sdoId } }: ClockStatus): string {
  return `${instance}: domain ${domainNumber}${sdoId === 0 ? '' : `, sdoId ${hex(sdoId, 3)}`}`;
}

function clockLines(status: ClockStatus, paint: Paint): string[] {
  const { clock } = status;
  return [
    ...memberLines(clockMembers(status, paint)),
    ...memberLines(
      clock.ports.map(({ interface: name, portIdentity, portState }): Member => {
        const state = paint(moodOf(portState), portState) + newNameBehind(portState);
        return [`port ${name}`, `${state}, ${portIdentity}`];
      }),
    ),
    ...reasons(status),
  ];
}

function clockMembers(status: ClockStatus, paint: Paint): Member[] {
  const { clock } = status;
  const { lockState, holdover, priority1, priority2 } = clock;
  return [
    ['clockIdentity', clock.clockIdentity],
    ['lockState', `${paint(moodOf(lockState), lockState)}: ${clock.lockReason}`],
    ...(holdover === 'none' ? [] : [['holdover', holdoverWords[holdover]] as const]),
    ['missing', missingMessages(clock.missing)],
    ['time', timeFrom(status)],
    ['offset', `${formatNs(clock.offsetFromMasterNs)} from the master`],
    ['mean delay', formatNs(clock.meanDelayNs)],
    ...Object.entries(clock.offsets).map(
      ([length, window]) => [`last ${length.replace(/s$/, ' s')}`, windowWords(window)] as const,
    ),
    ['rate', `${rateWords(clock.ratePpb)} against its time stamps; servo ${clock.servo}`],
    ['system clock', aheadWords(status)],
    ...steeredMembers(clock.steered),
    [
      'as announced',
      `priority1 ${priority1}, ${qualityWords(clock.clockQuality)}, priority2 ${priority2}`,
    ],
  ];
}

const holdoverWords: Readonly<Record<ClockStatus['clock']['holdover'], string>> = {
  none: 'none',
  unspecified: 'how good the time still is, nobody has specified',
  withinSpecification: 'within its specification',
  beyondSpecification: 'beyond its specification',
};

function timeFrom({ clock: { timeFrom: from, stepsRemoved } }: ClockStatus): string {
  switch (from) {
    case 'master': {
      const steps = stepsRemoved === 1 ? '1 step' : `${stepsRemoved} steps`;
      return `from the master, ${steps} from the grandmaster`;
    }
    case 'lostMaster':
      return 'from a master that is not followed any more';
    case 'system':
      return 'its own: of the system clock';
    case 'phc':
      return 'its own: of a hardware clock';
    case 'free':
      return 'its own: free-running';
  }
}

function missingMessages(missing: ClockStatus['clock']['missing']): string {
  if (missing.length === 0) return 'nothing';
  return missing.map(({ messageType, how }) => `${messageType} (${how})`).join(', ');
}

type OffsetWindowStatus = ClockStatus['clock']['offsets'][string];

function windowWords({ samples, rms, max, mtie }: OffsetWindowStatus): string {
  if (samples === 0) return 'no offsets';
  return [
    `rms ${formatNs(rms)}`,
    `max ${formatNs(max)}`,
    `MTIE ${formatNs(mtie)}`,
    `${thousands(samples)} samples`,
  ].join(', ');
}

/** PTP time is TAI where the grandmaster's is: what it is ahead of UTC by is told apart. */
function aheadWords({ clock, time }: ClockStatus): string {
  const ahead = (ns: number) => `${formatNs(Math.abs(ns))} ${ns < 0 ? 'behind' : 'ahead of'} it`;
  const { aheadOfSystemClockNs: ns } = clock;
  if (!time.ptpTimescale || !time.currentUtcOffsetValid) return ahead(ns);
  const { currentUtcOffset } = time;
  return `${ahead(ns - currentUtcOffset * 1e9)}, beside TAI - UTC = ${currentUtcOffset} s`;
}

function steeredMembers(steered: ClockStatus['clock']['steered']): Member[] {
  return steered.flatMap(({ name, interfaces, aheadNs, problem, utc }): Member[] => {
    const ahead = aheadNs === null ? 'not steered now' : `${formatNs(aheadNs)} ahead`;
    return [
      [`steers ${name}`, `${ahead} (${interfaces.join(', ')})`],
      ...(problem === null ? [] : [['', problem] as const]),
      ...(utc === undefined ? [] : [['', utcText(utc)] as const]),
    ];
  });
}

function utcText(utc: NonNullable<ClockStatus['clock']['steered'][number]['utc']>): string {
  const { utcOffset, origin, leapSecond, refusals, synchronised } = utc;
  return [
    utcOffset === null ? 'TAI - UTC is not known' : `TAI - UTC is ${utcOffset} s (${origin})`,
    ...(leapSecond === 'none' ? [] : [`leap second to come: ${leapSecond}`]),
    synchronised ? 'synchronised' : 'not synchronised',
    ...(refusals === 0 ? [] : [`not believed so far: ${refusals}`]),
  ].join(', ');
}

function parentMembers({ clock, parent, foreignMasters }: ClockStatus): Member[] {
  const { clockClass, clockAccuracy, offsetScaledLogVariance } = parent.grandmasterClockQuality;
  const itself = parent.grandmasterIdentity === clock.clockIdentity;
  const by = foreignMasters.find(({ standing }) => standing === 'followed')?.interface;
  return [
    [
      'parent',
      itself
        ? 'nobody: it is the grandmaster itself'
        : `${parent.parentPortIdentity}${by === undefined ? '' : `, by ${by}`}`,
    ],
    ['grandmaster', parent.grandmasterIdentity],
    ['priority1', String(parent.grandmasterPriority1)],
    ['clockClass', clockClassWords(clockClass)],
    ['clockAccuracy', `${hex(clockAccuracy, 2)}: ${accuracyWords(clockAccuracy)}`],
    ['variance', varianceWords(offsetScaledLogVariance)],
    ['priority2', String(parent.grandmasterPriority2)],
    ['stepsRemoved', String(clock.stepsRemoved)],
  ];
}

function varianceWords(offsetScaledLogVariance: number): string {
  const deviation = deviationWords(offsetScaledLogVariance);
  return `${hex(offsetScaledLogVariance, 4)}: ${deviation === 'unknown' ? deviation : `a deviation of ${deviation}`}`;
}

function timeMembers({ time }: ClockStatus): Member[] {
  const yes = (is: boolean): string => (is ? 'yes' : 'no');
  return [
    [
      'currentUtcOffset',
      `${time.currentUtcOffset} s${time.currentUtcOffsetValid ? '' : ', not known to be valid'}`,
    ],
    ['leap second', leapSecondWords(time)],
    ['timeTraceable', yes(time.timeTraceable)],
    ['frequencyTraceable', yes(time.frequencyTraceable)],
    ['timescale', time.ptpTimescale ? 'PTP: TAI' : "ARB: the grandmaster's own"],
    ['timeSource', `${hex(time.timeSource, 2)}: ${timeSourceWords(time.timeSource)}`],
  ];
}

function leapSecondWords({ leap59, leap61 }: ClockStatus['time']): string {
  if (leap61) return 'inserted at the end of this UTC day (leap61)';
  return leap59 ? 'deleted at the end of this UTC day (leap59)' : 'none to come';
}

/** Why something that comes in is not taken: a line for each cause. */
function reasons(status: ClockStatus, of?: 'Announce'): string[] {
  const discarded = status.clock.ports.flatMap(({ interface: name, discarded: counts }) =>
    Object.entries(counts).flatMap(([reason, count]) => {
      const words = discardWords(reason);
      if (of !== undefined && words?.of !== of) return [];
      const text = words === undefined ? '' : `: ${words.text}`;
      return [`discarded at ${name} so far: ${thousands(count)} ${reason}${text}`];
    }),
  );
  const notTaken = status.clock.notTaken
    .filter(({ announce }) => of === undefined || announce)
    .map(({ description, messages }) => `${description} (${thousands(messages)})`);
  return [...notTaken, ...discarded];
}

function foreignMasterLines(status: ClockStatus, columns: number, paint: Paint): string[] {
  const { foreignMasters: masters } = status;
  if (masters.length === 0) {
    return [
      'no foreign masters: no Announce has come lately that it takes',
      ...reasons(status, 'Announce'),
    ];
  }
  const rank = masters.map(({ interface: name }, index) => `${index + 1}. ${name}`);
  const of = (head: string, cell: (master: (typeof masters)[number]) => string) => [
    { head, cells: masters.map(cell) },
  ];
  const pages = pagedTable(
    { head: 'best first', cells: rank },
    [
      of('sender', (it) => it.sourcePortIdentity),
      of('grandmaster', (it) => it.grandmasterIdentity),
      of('priority1', (it) => String(it.grandmasterPriority1)),
      of('class', (it) => String(it.grandmasterClockQuality.clockClass)),
      of('accuracy', (it) => accuracyWords(it.grandmasterClockQuality.clockAccuracy)),
      of('variance', (it) => hex(it.grandmasterClockQuality.offsetScaledLogVariance, 4)),
      of('priority2', (it) => String(it.grandmasterPriority2)),
      of('stepsRemoved', (it) => String(it.stepsRemoved)),
      of('heard', ({ heardWithinSeconds: seconds }) => `< ${formatNs(seconds * 1e9)} ago`),
    ],
    columns,
  );
  const standings = masters.map(
    ({ standing, standingText }, index) =>
      `${rank[index]}: ${paint(moodOf(standing), standingText)}`,
  );
  return [pages, ...standings, ...reasons(status, 'Announce')];
}

/** Of a transparent clock, which keeps no PTP time: how it stands to the rates of the grandmasters. */
export function transparentClockText(
  clocks: readonly TransparentClockStatus[],
  { paint = plain }: Pick<ClockLayout, 'paint'>,
): string {
  return clocks
    .map(({ instance, syntonisation }) => {
      const lines = syntonisation.map(({ domainNumber, sdoId, state, source, ...rate }): Member => {
        const domain = `domain ${domainNumber}${sdoId === 0 ? '' : `, sdoId ${hex(sdoId, 3)}`}`;
        const { rateOffsetPpb: offset, standardErrorPpb: error } = rate;
        const known =
          offset === null || error === null
            ? 'its rate is not known yet'
            : `its rate is ${rateWords(offset)} (+/- ${error.toFixed(1)} ppb)`;
        return [domain, `${paint(moodOf(state), state)} to the Syncs of ${source}: ${known}`];
      });
      const none = lines.length === 0 ? ['  no Syncs pass'] : [];
      const what = `${instance}: a transparent clock, which keeps no PTP time; residence times are corrected by the rate of:`;
      return [what, ...memberLines(lines), ...none].join('\n');
    })
    .join('\n\n');
}
