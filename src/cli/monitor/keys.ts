/** What each key does to the state of the live screen. */
import { resetView, shownOf, sortKeys, visiblePorts, type MonitorState } from './state.js';

/** As a terminal sends it: a name for what is no character ("up", "return"), else the character itself. */
export interface Key {
  readonly name: string;
  /** Together with Ctrl. */
  readonly ctrl: boolean;
}

/** No interface and no state has a longer name. */
const maxFilterLength = 32;
const linesOfAPage = 10;

export function pressed(state: MonitorState, key: Key): MonitorState {
  if (key.ctrl) return key.name === 'c' ? { ...state, quit: true } : state;
  if (state.typing) return typed(state, key.name);
  if (state.help) return key.name === 'q' ? { ...state, quit: true } : { ...state, help: false };
  switch (key.name) {
    case 'q':
      return { ...state, quit: true };
    case '?':
    case 'h':
      return { ...state, help: true };
    case 'p':
    case ' ':
      return { ...state, held: state.held === undefined ? state.latest : undefined };
    case 'r':
      return resetView(state);
    case '/':
      return { ...state, page: 'overview', filter: '', typing: true };
    case 's':
      return { ...state, sort: { ...state.sort, by: nextOf(sortKeys, state.sort.by) } };
    case 'S':
      return { ...state, sort: { ...state.sort, reversed: !state.sort.reversed } };
    case 'escape':
    case 'backspace':
      return state.page === 'port'
        ? { ...state, page: 'overview', scrolled: 0 }
        : { ...state, filter: '', selected: undefined };
    case 'return':
      return opened(state);
    case 'right':
    case 'tab':
      return selectedBy(state, 1);
    case 'left':
      return selectedBy(state, -1);
    default:
      return state.page === 'port' ? scrolled(state, key.name) : moved(state, key.name);
  }
}

function typed(state: MonitorState, name: string): MonitorState {
  switch (name) {
    case 'return':
      return { ...state, typing: false };
    case 'escape':
      return { ...state, typing: false, filter: '' };
    case 'backspace':
      return { ...state, filter: state.filter.slice(0, -1) };
    default: {
      const isText = name.length === 1 && name >= ' ' && name <= '~';
      return isText && state.filter.length < maxFilterLength
        ? { ...state, filter: state.filter + name }
        : state;
    }
  }
}

/** Of the port that is marked, or else of the first. */
function opened(state: MonitorState): MonitorState {
  if (state.page === 'port') return state;
  const ports = visiblePorts(state);
  const chosen = ports.find((port) => port.interface === state.selected) ?? ports[0];
  if (chosen === undefined) return state;
  return { ...state, page: 'port', selected: chosen.interface, scrolled: 0 };
}

function moved(state: MonitorState, name: string): MonitorState {
  switch (name) {
    case 'up':
    case 'k':
      return selectedBy(state, -1);
    case 'down':
    case 'j':
      return selectedBy(state, 1);
    case 'pageup':
      return selectedBy(state, -linesOfAPage);
    case 'pagedown':
      return selectedBy(state, linesOfAPage);
    case 'home':
      return selectedBy(state, -Infinity);
    case 'end':
      return selectedBy(state, Infinity);
    default:
      return state;
  }
}

/** The first is marked before any other. */
function selectedBy(state: MonitorState, distance: number): MonitorState {
  const ports = visiblePorts(state);
  const at = ports.findIndex((port) => port.interface === state.selected);
  const wanted = at === -1 ? (distance === Infinity ? distance : 0) : at + distance;
  const chosen = ports[Math.min(Math.max(wanted, 0), ports.length - 1)];
  if (chosen === undefined) return state;
  const scrolled = chosen.interface === state.selected ? state.scrolled : 0;
  return { ...state, selected: chosen.interface, scrolled };
}

function scrolled(state: MonitorState, name: string): MonitorState {
  const by = (lines: number): MonitorState => ({
    ...state,
    scrolled: Math.min(Math.max(0, state.scrolled + lines), scrollLimit(state)),
  });
  switch (name) {
    case 'up':
    case 'k':
      return by(-1);
    case 'down':
    case 'j':
      return by(1);
    case 'pageup':
      return by(-linesOfAPage);
    case 'pagedown':
      return by(linesOfAPage);
    case 'home':
      return by(-Infinity);
    case 'end':
      return by(Infinity);
    default:
      return state;
  }
}

/** No page has more lines than there are things to show of its port. */
function scrollLimit(state: MonitorState): number {
  const port = shownOf(state)?.reading.ports.find((it) => it.interface === state.selected);
  if (port === undefined) return 0;
  return [port.received, port.dropped, port.others]
    .map((counts) => Object.keys(counts).length)
    .reduce((total, count) => total + count, 0);
}

function nextOf<Value>(values: readonly Value[], value: Value): Value {
  return values[(values.indexOf(value) + 1) % values.length]!;
}
