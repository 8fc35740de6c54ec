/** Names and what they stand for, a line each, the names in a column. */
import { widthOf } from './table.js';

export type Member = readonly [name: string, text: string];

export function memberLines(members: readonly Member[]): string[] {
  const width = Math.max(0, ...members.map(([name]) => widthOf(name)));
  return members.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
