/** The live screen as lines, from its state and the size of the terminal alone. */
import { durationText } from './numbers.js';
import type { Observation } from './observation.js';
import { overview } from './overview.js';
import { portPage } from './port-page.js';
import { shownOf, type MonitorState } from './state.js';
import { plainLine, spread, written, type Line, type Piece } from './text.js';

/**
 * @returns as many lines as there are rows at most, none longer than the columns; they may hold sequences that change colours
 * and attributes, and end them
 */
export function render(state: MonitorState, columns: number, rows: number): readonly string[] {
  const height = Math.max(0, rows - 3);
  const shown = shownOf(state);
  const page = state.help
    ? helpLines
    : shown === undefined
      ? [plainLine('waiting for the switch')]
      : state.page === 'port'
        ? portPage(state, shown, columns, height)
        : overview(state, shown, columns, height);
  const body = page.slice(0, height);
  const filling = Array.from({ length: height - body.length }, (): Line => []);
  return [header(state, shown, columns), trouble(state), ...body, ...filling, footer(state)]
    .slice(0, rows)
    .map((line) => written(line, columns, state.look.paint));
}

function header(state: MonitorState, shown: Observation | undefined, columns: number): Line {
  if (shown === undefined) return [{ text: 'ptp-switch', style: 'title' }];
  const { version, uptimeSeconds, ports } = shown.reading;
  const up = ports.filter(({ link }) => link === 'up').length;
  const left: Piece[] = [
    { text: `ptp-switch ${version}`, style: 'title' },
    { text: `  up ${durationText(uptimeSeconds)}  ${up} of ${ports.length} ports up` },
    ...(state.held === undefined ? [] : [{ text: '  PAUSED', style: 'attention' as const }]),
  ];
  return spread(left, state.look.timeOf(shown.unixMs), columns);
}

function trouble({ problem, look }: MonitorState): Line {
  if (problem === undefined) return [];
  const since = look.timeOf(problem.sinceUnixMs);
  return [{ text: `no answer since ${since}: ${problem.text}`, style: 'bad' }];
}

function footer(state: MonitorState): Line {
  if (state.typing) return plainLine(`filter: ${state.filter}_  Enter keeps it, Esc drops it`);
  if (state.help) return plainLine('any key: back');
  const filter = state.filter === '' ? '' : `filter: ${state.filter}  `;
  return state.page === 'port'
    ? plainLine('q quit  Esc back  left/right port  up/down scroll  p pause  r reset  ? help')
    : plainLine(`${filter}q quit  up/down, Enter port  s sort  / filter  p pause  r reset  ? help`);
}

const helpLines: readonly Line[] = [
  [{ text: 'Keys', style: 'title' }],
  ...[
    'up, down, k, j    mark a port; PgUp, PgDn, Home, End go further',
    'Enter             the page of the port that is marked',
    'left, right, Tab  on that page: the port before, the next one',
    'Esc               back; on the first page: no mark, no filter',
    's, S              sort by the next column, the other way round',
    '/                 show only ports of whose name, link or state this is a part',
    'p, Space          pause: the screen stands still, and counting goes on',
    'r                 reset: view as at the start, messages counted from now on',
    'q, Ctrl-C         quit',
    '',
    'residence: how long event messages stay in the switch, on average since the last',
    'look; p99 since the start of the switch. Bars reach from 0 to the largest shown.',
  ].map(plainLine),
];
