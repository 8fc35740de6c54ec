import { beforeEach, describe, expect, test } from 'vitest';
import { Screen } from '../../../../src/cli/monitor/screen.js';

let written: string[];
let raw: boolean[];
let size = { columns: 80, rows: 24 };
let screen: Screen;

beforeEach(() => {
  [written, raw, size] = [[], [], { columns: 80, rows: 24 }];
  screen = new Screen({
    size: () => size,
    write: (text) => written.push(text),
    setRaw: (on) => raw.push(on),
  });
});

describe('the screen', () => {
  test('takes the other buffer without a cursor, and gives the terminal back as it was, once', () => {
    screen.leave();
    screen.enter();
    screen.enter();
    screen.leave();
    screen.leave();
    expect(written).toEqual([
      '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J',
      '\u001b[?7h\u001b[?25h\u001b[?1049l',
    ]);
    expect(raw).toEqual([true, false]);
  });

  test('writes what has changed, and nothing where nothing has', () => {
    screen.enter();
    written = [];
    screen.draw(() => ['one', 'two', 'three']);
    screen.draw(() => ['one', 'TWO', 'three']);
    screen.draw(() => ['one', 'TWO', 'three']);
    screen.draw(() => ['one']);
    expect(written).toEqual([
      '\u001b[?2026h\u001b[1;1Hone\u001b[K\u001b[2;1Htwo\u001b[K\u001b[3;1Hthree\u001b[K\u001b[?2026l',
      '\u001b[?2026h\u001b[2;1HTWO\u001b[K\u001b[?2026l',
      '\u001b[?2026h\u001b[2;1H\u001b[K\u001b[3;1H\u001b[K\u001b[?2026l',
    ]);
  });

  test('does not clear the last column of a line that fills it', () => {
    size = { columns: 4, rows: 2 };
    screen.enter();
    written = [];
    screen.draw(() => ['\u001b[1mfour\u001b[22m', '\u001b[1mall\u001b[22m']);
    expect(written).toEqual([
      '\u001b[?2026h\u001b[1;1H\u001b[1mfour\u001b[22m\u001b[2;1H\u001b[1mall\u001b[22m\u001b[K\u001b[?2026l',
    ]);
  });

  test('begins anew where the terminal has another size, and where it has been away', () => {
    screen.enter();
    screen.draw(() => ['one']);
    size = { columns: 120, rows: 40 };
    written = [];
    screen.draw(({ columns }) => [`${columns}`]);
    expect(written).toEqual(['\u001b[?2026h\u001b[2J\u001b[1;1H120\u001b[K\u001b[?2026l']);
    screen.leave();
    screen.draw(() => ['nobody sees it']);
    screen.enter();
    written = [];
    screen.draw(() => ['120']);
    expect(written).toHaveLength(1);
  });
});
