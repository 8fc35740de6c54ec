import { describe, expect, test } from 'vitest';
import { pressed } from '../../../../src/cli/monitor/keys.js';
import { render } from '../../../../src/cli/monitor/render.js';
import { shownOf, visiblePorts, type MonitorState } from '../../../../src/cli/monitor/state.js';
import { keyOf } from '../../../../src/cli/monitor/terminal.js';
import { after, busyPort, portReading, readingWith, stateAfter } from './screens.js';

const readings = [0, 1, 2, 3].map((second) =>
  readingWith([
    busyPort('eth10', 5 * second, 1000),
    busyPort('eth2', 50 * second, 9000),
    { ...busyPort('eth1', second, 5000), dropped: { noPolicy: second } },
    portReading('wan', { link: 'down' }),
  ]),
);
const state = stateAfter(readings.slice(0, 3));

function names(of: MonitorState): string[] {
  return visiblePorts(of).map((port) => port.interface);
}

describe('keys', () => {
  test('s sorts by the next column, the busiest or worst first, S the other way round', () => {
    const orders = [
      ['name', ['eth1', 'eth2', 'eth10', 'wan']],
      ['received', ['eth2', 'eth10', 'eth1', 'wan']],
      ['sent', ['eth2', 'eth10', 'eth1', 'wan']],
      ['dropped', ['eth1', 'eth10', 'eth2', 'wan']],
      ['residence', ['eth2', 'eth1', 'eth10', 'wan']],
      ['configured', ['eth10', 'eth2', 'eth1', 'wan']],
    ] as const;
    let sorted = state;
    for (const [by, order] of orders) {
      sorted = after(sorted, 's');
      expect([sorted.sort.by, names(sorted)]).toEqual([by, order]);
    }
    expect(names(after(state, 's', 'S'))).toEqual(['wan', 'eth10', 'eth2', 'eth1']);
  });

  test('/ types a filter, Enter keeps it, Esc drops it', () => {
    const typing = after(state, '/', 'e', 't', 'x', 'backspace', 'H', '1', 'q');
    expect(typing.filter).toBe('etH1q');
    expect(names(after(typing, 'backspace'))).toEqual(['eth10', 'eth1']);
    const kept = after(typing, 'backspace', 'return', 's');
    expect([kept.typing, names(kept)]).toEqual([false, ['eth1', 'eth10']]);
    expect(names(after(kept, 'escape'))).toHaveLength(4);
    expect(names(after(state, '/', 'd', 'o', 'w', 'n'))).toEqual(['wan']);
    expect(render(after(state, '/', 'z'), 80, 24).join('\n')).toContain('no port fits "z"');
    const long = after(state, '/', ...'x'.repeat(100));
    expect(long.filter).toHaveLength(32);
    expect(after(state, '/', 'up', 'delete').filter).toBe('');
  });

  test('arrows mark a port, Enter opens its page, left and right go to the others, Esc goes back', () => {
    expect(after(state, 'down').selected).toBe('eth10');
    expect(after(state, 'down', 'down').selected).toBe('eth2');
    expect(after(state, 'down', 'down', 'k', 'up', 'up').selected).toBe('eth10');
    expect(after(state, 'end').selected).toBe('wan');
    expect(after(state, 'end', 'pageup').selected).toBe('eth10');
    expect(after(state, 'j', 'pagedown').selected).toBe('wan');
    const page = after(state, 'down', 'down', 'return');
    expect([page.page, page.selected]).toEqual(['port', 'eth2']);
    expect(after(page, 'right').selected).toBe('eth1');
    expect(after(page, 'left', 'left').selected).toBe('eth10');
    expect(after(page, 'escape')).toMatchObject({ page: 'overview', selected: 'eth2' });
    expect(after(page, 'escape', 'escape').selected).toBeUndefined();
    expect(after(state, 'return').selected).toBe('eth10');
    expect(after(stateAfter([]), 'down', 'return', 'right', 'p', 'r', 'end').page).toBe('overview');
  });

  test('a page scrolls as far as there are lines', () => {
    const page = after(state, 'return');
    expect(after(page, 'up').scrolled).toBe(0);
    expect(after(page, 'down', 'down', 'up').scrolled).toBe(1);
    expect(after(page, 'end').scrolled).toBeLessThan(10);
    expect(after(page, 'end', 'right').scrolled).toBe(0);
    expect(render(after(page, 'end'), 80, 8).join('\n')).toContain('Delay_Req');
  });

  test('p holds the screen still, and what came meanwhile is there afterwards', () => {
    const paused = after(state, 'p');
    const later = { ...paused, latest: stateAfter(readings).latest };
    expect(render(later, 80, 24)[0]).toMatch(/PAUSED +14:02:13$/);
    expect(shownOf(after(later, ' '))).toBe(later.latest);
  });

  test('r is the view as at the start, with messages counted from then on', () => {
    const reset = after(state, 's', '/', 'e', 'return', 'down', 'return', 'p', 'r');
    expect(reset).toMatchObject({ page: 'overview', filter: '', selected: undefined });
    expect(reset.held).toBeUndefined();
    expect(reset.latest?.ports.get('eth2')?.residence).toEqual([]);
    const { latest } = stateAfter(readings);
    const text = render(after({ ...reset, latest }, 'down', 'down', 'return'), 80, 24).join('\n');
    expect(text).toMatch(/Sync +50\.0 +50\.0 +50 +50/);
  });

  test('q and Ctrl-C quit, wherever they are pressed', () => {
    expect(after(state, 'q').quit).toBe(true);
    expect(after(state, '?', 'q').quit).toBe(true);
    expect(after(state, 'return', 'q').quit).toBe(true);
    const controlC = { name: 'c', ctrl: true };
    expect(pressed(after(state, '/'), controlC).quit).toBe(true);
    expect(pressed(state, { name: 'x', ctrl: true })).toBe(state);
    expect(after(after(state, '?'), 'x').help).toBe(false);
  });

  test('a character is its own name, whatever the terminal calls it', () => {
    expect(keyOf('S', { name: 's' })).toEqual({ name: 'S', ctrl: false });
    expect(keyOf(' ', { name: 'space' })).toEqual({ name: ' ', ctrl: false });
    expect(keyOf('/', {})).toEqual({ name: '/', ctrl: false });
    expect(keyOf('\u0003', { name: 'c', ctrl: true })).toEqual({ name: 'c', ctrl: true });
    expect(keyOf('\r', { name: 'return' })).toEqual({ name: 'return', ctrl: false });
    expect(keyOf(undefined, { name: 'up' })).toEqual({ name: 'up', ctrl: false });
  });
});
