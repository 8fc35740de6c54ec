/**
 * The terminal as a whole, while the live screen has it: its alternate buffer, without a cursor, written anew where something has
 * changed, and given back as it was.
 */

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What is done with a terminal; of the process, unless a test has its own. */
export interface Terminal {
  readonly size: () => TerminalSize;
  readonly write: (text: string) => void;
  /** Keys come one by one, and are not shown. */
  readonly setRaw: (raw: boolean) => void;
}

/** No lines are wrapped: a character that is wider than we think would spoil the whole screen. */
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J';
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l';
/** Terminals that know it show what is in between at once, others pass over it. */
const beginUpdate = '\u001b[?2026h';
const endUpdate = '\u001b[?2026l';
const clearAll = '\u001b[2J';
const clearRestOfLine = '\u001b[K';

/** Without the sequences that change colours and attributes. */
function widthOf(line: string): number {
  return line.replaceAll(attribute, '').length;
}

const escape = '\u001b';
const attribute = new RegExp(`${escape}\\[\\d+m`, 'g');

export class Screen {
  readonly #terminal: Terminal;
  #lines: readonly string[] = [];
  #entered = false;
  #size: TerminalSize = { columns: 0, rows: 0 };

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  enter(): void {
    if (this.#entered) return;
    this.#entered = true;
    this.#lines = [];
    this.#size = this.#terminal.size();
    this.#terminal.setRaw(true);
    this.#terminal.write(enter);
  }

  /** @param lines for a terminal of that size: see TerminalSize */
  draw(lineOf: (size: TerminalSize) => readonly string[]): void {
    if (!this.#entered) return;
    const size = this.#terminal.size();
    const isResized = size.columns !== this.#size.columns || size.rows !== this.#size.rows;
    if (isResized) this.#lines = [];
    this.#size = size;
    const lines = lineOf(size);
    const changes = Array.from({ length: Math.max(lines.length, this.#lines.length) }, (_, at) => {
      const line = lines[at] ?? '';
      if (line === this.#lines[at]) return '';
      // After the last column the cursor stands on it still, and would clear it.
      const isFull = widthOf(line) >= size.columns;
      return `\u001b[${at + 1};1H${line}${isFull ? '' : clearRestOfLine}`;
    }).join('');
    this.#lines = lines;
    if (changes === '' && !isResized) return;
    this.#terminal.write(`${beginUpdate}${isResized ? clearAll : ''}${changes}${endUpdate}`);
  }

  /** Idempotent, and as good in the middle of something that went wrong. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#terminal.write(leave);
    this.#terminal.setRaw(false);
  }
}
