/** Columns of text: the first to the left, the others, which are mostly numbers, to the right. */
import { stripVTControlCharacters } from 'node:util';

/** Between two columns. */
const gap = '  ';

export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    }
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const padding = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
          return column === 0 ? cell + padding : padding + cell;
        })
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}

/** As it is seen: colours take no room. */
export function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

export interface PagedColumn {
  readonly head: string;
  /** One for each row. */
  readonly cells: readonly string[];
}

/** Columns that are read together and stand on one page. */
export type ColumnGroup = readonly PagedColumn[];

/**
 * A table in as many pages, one below the other, as its groups of columns need; each begins with the column `leading`. A group that is
 * too wide by itself is cut where the width ends.
 */
export function pagedTable(
  leading: PagedColumn,
  groups: readonly ColumnGroup[],
  columns: number,
): string {
  const rest = columns - columnWidth(leading);
  const pages: PagedColumn[][] = [];
  let room = 0;
  for (const group of groups.flatMap((each) => (groupWidth(each) <= rest ? [each] : apart(each)))) {
    const page = pages.at(-1);
    const width = groupWidth(group);
    if (page === undefined || width > room) {
      pages.push([...group]);
      room = rest - width;
    } else {
      page.push(...group);
      room -= width;
    }
  }
  return pages.map((page) => table(rowsOf([leading, ...page]))).join('\n\n');
}

function apart(group: ColumnGroup): ColumnGroup[] {
  return group.map((column) => [column]);
}

function rowsOf(columns: readonly PagedColumn[]): string[][] {
  const heads = columns.map(({ head }) => head);
  const rows = columns[0]?.cells.map((_, row) => columns.map(({ cells }) => cells[row] ?? ''));
  return [heads, ...(rows ?? [])];
}

/** With the gap before it. */
function groupWidth(group: ColumnGroup): number {
  return group.reduce((sum, column) => sum + gap.length + columnWidth(column), 0);
}

function columnWidth({ head, cells }: PagedColumn): number {
  return Math.max(widthOf(head), ...cells.map(widthOf));
}

/** Words in lines of at most so many columns, those after the first indented. A word that is longer has a line of its own. */
export function wrapped(
  first: string,
  words: readonly string[],
  columns: number,
  indent = 2,
): string {
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) > columns && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = ' '.repeat(indent) + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line.trimEnd()].join('\n');
}
