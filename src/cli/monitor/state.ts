/** The state of the live screen, and how an answer of the switch changes it. What keys do is in keys.ts. */
import type { Paint } from '../formats/colour.js';
import type { Observation } from './observation.js';
import { sum, withoutPast } from './observation.js';
import type { PortReading } from './reading.js';

export const sortKeys = ['configured', 'name', 'received', 'sent', 'dropped', 'residence'] as const;
export type SortKey = (typeof sortKeys)[number];

/** What of the terminal and the place the screen is made for. */
export interface Look {
  readonly paint: Paint;
  /** Block characters can be shown. */
  readonly blocks: boolean;
  /** A time of the system clock, as people here write it: "14:02:11". */
  readonly timeOf: (unixMs: number) => string;
}

export interface MonitorState {
  readonly look: Look;
  readonly intervalMs: number;
  readonly latest: Observation | undefined;
  /** What is shown instead while it is paused. */
  readonly held: Observation | undefined;
  /** From which on messages are counted: the start of the switch unless there is one. */
  readonly counted: Observation | undefined;
  /** Why there is no answer, since when. */
  readonly problem: { readonly text: string; readonly sinceUnixMs: number } | undefined;
  readonly page: 'overview' | 'port';
  readonly help: boolean;
  readonly sort: { readonly by: SortKey; readonly reversed: boolean };
  readonly filter: string;
  /** The filter is being typed. */
  readonly typing: boolean;
  /** The interface that is marked, or shown by itself. */
  readonly selected: string | undefined;
  /** Lines that have gone out at the top of a page. */
  readonly scrolled: number;
  readonly quit: boolean;
}

export function initialState(look: Look, intervalMs: number): MonitorState {
  return {
    ...{ look, intervalMs },
    ...{ latest: undefined, held: undefined, counted: undefined, problem: undefined },
    ...defaultView,
    quit: false,
  };
}

const defaultView = {
  page: 'overview',
  help: false,
  sort: { by: 'configured', reversed: false },
  filter: '',
  typing: false,
  selected: undefined,
  scrolled: 0,
} as const satisfies Partial<MonitorState>;

/** As at the start: what was before now is neither shown nor counted. */
export function resetView(state: MonitorState): MonitorState {
  const latest = state.latest && withoutPast(state.latest);
  return { ...state, ...defaultView, held: undefined, latest, counted: latest };
}

export function withObservation(state: MonitorState, latest: Observation): MonitorState {
  const restarted = state.latest !== undefined && state.latest.reading.pid !== latest.reading.pid;
  return {
    ...state,
    latest,
    counted: restarted ? undefined : state.counted,
    problem: undefined,
  };
}

export function withProblem(state: MonitorState, text: string, unixMs: number): MonitorState {
  return { ...state, problem: { text, sinceUnixMs: state.problem?.sinceUnixMs ?? unixMs } };
}

export function shownOf({ latest, held }: MonitorState): Observation | undefined {
  return held ?? latest;
}

/** Those that the filter lets through, in the order that is asked for. */
export function visiblePorts(state: MonitorState): readonly PortReading[] {
  const shown = shownOf(state);
  if (shown === undefined) return [];
  const { by, reversed } = state.sort;
  const ports = shown.reading.ports.filter((port) => passes(state.filter, port));
  const values = new Map(ports.map((port) => [port, sortValue(shown, port, by)]));
  const sorted =
    by === 'configured'
      ? ports
      : by === 'name'
        ? [...ports].sort((a, b) => collator.compare(a.interface, b.interface))
        : [...ports].sort((a, b) => values.get(b)! - values.get(a)!);
  return reversed ? [...sorted].reverse() : sorted;
}

/** eth2 before eth10. */
const collator = new Intl.Collator('en', { numeric: true });

/** Whatever of a port is told in words may be looked for. */
function passes(filter: string, port: PortReading): boolean {
  const words = [port.interface, port.link, port.timestamping, ...port.roles].join(' ');
  return words.toLowerCase().includes(filter.toLowerCase());
}

/** The busiest, the worst and the slowest are to come first. */
function sortValue({ ports }: Observation, port: PortReading, by: SortKey): number {
  const observed = ports.get(port.interface);
  switch (by) {
    case 'received':
      return observed?.rates?.received ?? -1;
    case 'sent':
      return observed?.rates?.sent ?? -1;
    case 'dropped':
      return observed?.rates?.dropped || sum(port.dropped) / Number.MAX_SAFE_INTEGER;
    case 'residence':
      return observed?.residence.at(-1) ?? -1;
    case 'configured':
    case 'name':
      return 0;
  }
}
