/** What `show clock|parent|time|foreign-masters` prints of boundary clocks: the standard's names, beside them the new ones. */
import type { ClockStatus } from '../../daemon/status/clock-status.js';
import { discardWords } from '../../daemon/status/discard-words.js';
import { table } from './table.js';

/** IEEE 1588g: the states that have a new name. */
const newNames: Readonly<Record<string, string>> = {
  MASTER: 'timeTransmitter',
  PRE_MASTER: 'timeTransmitter soon',
  SLAVE: 'timeReceiver',
  UNCALIBRATED: 'timeReceiver soon',
};

/** "SLAVE (timeReceiver)" */
export function withNewName(portState: string): string {
  const newName = newNames[portState];
  return newName === undefined ? portState : `${portState} (${newName})`;
}

/**
 * One section for each clock.
 * @param what as in the command
 */
export function clockText(what: string, clocks: readonly ClockStatus[], json: boolean): string {
  if (json)
    return JSON.stringify(
      clocks.map((status) => partOf(what, status)),
      null,
      2,
    );
  return clocks
    .map((status) =>
      what === 'foreign-masters'
        ? foreignMasters(status)
        : [members(partOf(what, status)), ...(what === 'clock' ? reasons(status) : [])].join('\n'),
    )
    .join('\n\n');
}

function partOf(what: string, status: ClockStatus): object {
  switch (what) {
    case 'parent':
      return status.parent;
    case 'time':
      return status.time;
    case 'foreign-masters':
      return status.foreignMasters;
    default:
      return status.clock;
  }
}

/** One line for each member; of a list of ports, one line for each port. */
function members(part: object): string {
  return table(
    Object.entries(part).flatMap(([name, value]: [string, unknown]) =>
      name === 'notTaken'
        ? []
        : name === 'ports'
          ? portLines(value as ClockStatus['clock']['ports'])
          : name === 'steered'
            ? steeredLines(value as ClockStatus['clock']['steered'])
            : name === 'missing'
              ? [[name, missingMessages(value as ClockStatus['clock']['missing'])]]
              : lines(name, value),
    ),
  );
}

function lines(name: string, value: unknown): string[][] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([inner, innerValue]: [string, unknown]) =>
      lines(`${name}.${inner}`, innerValue),
    );
  }
  // Not measured yet.
  if (value === null) return [[name, '-']];
  return [
    [
      name,
      typeof value === 'number' && !Number.isInteger(value)
        ? value.toFixed(1)
        : `${value as string}`,
    ],
  ];
}

function portLines(ports: ClockStatus['clock']['ports']): string[][] {
  return ports.map(({ interface: name, portIdentity, portState }) => {
    return [name, `${portIdentity} ${withNewName(portState)}`];
  });
}

function missingMessages(missing: ClockStatus['clock']['missing']): string {
  if (missing.length === 0) return 'nothing';
  return missing.map(({ messageType, how }) => `${messageType} (${how})`).join(', ');
}

function steeredLines(steered: ClockStatus['clock']['steered']): string[][] {
  return steered.flatMap(({ name, interfaces, aheadNs, problem, utc }) => {
    const ahead = aheadNs === null ? 'not steered now' : `${aheadNs.toFixed(0)} ns ahead`;
    return [
      [`steered ${name}`, `${ahead} (${interfaces.join(', ')})`],
      ...(problem === null ? [] : [[`steered ${name}`, problem]]),
      ...(utc === undefined ? [] : [[`UTC of ${name}`, utcText(utc)]]),
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

/** Why something that comes in is not taken: a line for each cause. */
function reasons(status: ClockStatus, of?: 'Announce'): string[] {
  const discarded = status.clock.ports.flatMap(({ interface: name, discarded: counts }) =>
    Object.entries(counts).flatMap(([reason, count]) => {
      const words = discardWords(reason);
      if (of !== undefined && words?.of !== of) return [];
      const text = words === undefined ? '' : `: ${words.text}`;
      return [`discarded at ${name} so far: ${count} ${reason}${text}`];
    }),
  );
  const notTaken = status.clock.notTaken
    .filter(({ announce }) => of === undefined || announce)
    .map(({ description, messages }) => `${description} (${messages})`);
  return [...notTaken, ...discarded];
}

function foreignMasters(status: ClockStatus): string {
  return [masterTable(status), ...reasons(status, 'Announce')].join('\n');
}

function masterTable({ clock, foreignMasters: masters }: ClockStatus): string {
  if (masters.length === 0) {
    return `${clock.instance}: no foreign masters: no Announce has come lately that it takes`;
  }
  return table([
    ['port', 'sender', 'grandmaster', 'priority1', 'stepsRemoved', 'best of its port', 'standing'],
    ...masters.map((master) => [
      master.interface,
      master.sourcePortIdentity,
      master.grandmasterIdentity,
      String(master.grandmasterPriority1),
      String(master.stepsRemoved),
      master.best ? 'yes' : 'no',
      master.standingText,
    ]),
  ]);
}
