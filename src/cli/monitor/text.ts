/** Lines of a terminal: pieces of text with their style, cut off to what fits. */
import type { Mood, Paint } from '../formats/colour.js';

/** `title`: bold; `marked`: reversed. */
export type Style = Mood | 'title' | 'marked';

export interface Piece {
  readonly text: string;
  readonly style?: Style | undefined;
}

export type Line = readonly Piece[];

export function plainLine(text: string): Line {
  return [{ text }];
}

/** A line across the screen, with something at its right end, if there is room for that. */
export function spread(left: Line, right: string, columns: number): Line {
  const gap = columns - widthOf(left) - right.length;
  return gap < 1 ? left : [...left, { text: ' '.repeat(gap) + right }];
}

export function widthOf(line: Line): number {
  return line.reduce((width, { text }) => width + text.length, 0);
}

const attributes = { title: ['\u001b[1m', '\u001b[22m'], marked: ['\u001b[7m', '\u001b[27m'] };

/** As it is written to the terminal. What is marked is so from end to end. */
export function written(line: Line, columns: number, paint: Paint): string {
  const isMarked = line.some(({ style }) => style === 'marked');
  const pieces = isMarked
    ? [
        ...line,
        { text: ' '.repeat(Math.max(0, columns - widthOf(line))), style: 'marked' as const },
      ]
    : line;
  let left = columns;
  return pieces
    .map(({ text, style }) => {
      const cut = printable(text).slice(0, left);
      left -= cut.length;
      if (cut === '' || style === undefined) return cut;
      if (style !== 'title' && style !== 'marked') return paint(style, cut);
      const [begin, end] = attributes[style];
      return begin! + cut + end!;
    })
    .join('');
}

/**
 * Each character is one column wide and moves nothing: texts hold what others have sent, and a terminal obeys what it is
 * sent.
 */
function printable(text: string): string {
  return text.replaceAll(/[^ -~▁-█]/gu, '?');
}

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
  /** Texts are; numbers are to the right. */
  readonly left?: boolean;
  /** What is left out first where the screen is too narrow has the highest; 0: it stays. */
  readonly spare: number;
}

const gap = '  ';

/**
 * A table's head and rows, as wide as `columns` at most: of columns that may be left out, as many as have to.
 * @param width of the columns is that of their widest cell
 */
export function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  isMarked: (row: Row) => boolean = () => false,
): { readonly head: Line; readonly lines: readonly Line[] } {
  const fitting = columnsThatFit(columns, rows, width);
  const cells = (texts: readonly string[], styles: readonly (Style | undefined)[]): Line =>
    fitting.flatMap(({ left, widest }, at) => {
      const text = texts[at] ?? '';
      const isLast = at === fitting.length - 1;
      const padding = ' '.repeat(Math.max(0, widest - text.length));
      const piece = { text, style: styles[at] };
      const padded = left ? [piece, { text: isLast ? '' : padding }] : [{ text: padding }, piece];
      return isLast ? padded : [...padded, { text: gap }];
    });
  return {
    head: cells(
      fitting.map(({ head }) => head),
      fitting.map(() => 'title'),
    ),
    lines: rows.map((row, at) => {
      const line = cells(
        fitting.map(({ texts }) => texts[at] ?? ''),
        fitting.map(({ style }) => style?.(row)),
      );
      if (!isMarked(row)) return line;
      return [{ text: line.map(({ text }) => text).join(''), style: 'marked' }];
    }),
  };
}

interface MeasuredColumn<Row> extends Column<Row> {
  /** By row. */
  readonly texts: readonly string[];
  readonly widest: number;
}

function columnsThatFit<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): MeasuredColumn<Row>[] {
  const measured = columns.map((column) => {
    const texts = rows.map((row) => column.cell(row));
    const widest = texts.reduce((most, { length }) => Math.max(most, length), column.head.length);
    return { ...column, texts, widest };
  });
  for (;;) {
    const taken = measured.reduce((sum, { widest }) => sum + widest + gap.length, -gap.length);
    const sparest = Math.max(0, ...measured.map(({ spare }) => spare));
    if (taken <= width || sparest === 0) return measured;
    measured.splice(
      measured.findIndex(({ spare }) => spare === sparest),
      1,
    );
  }
}
