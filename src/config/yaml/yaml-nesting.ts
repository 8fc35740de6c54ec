/** How deeply a YAML text is nested, found out without recursion: the parser follows it by recursion, and has not stack enough. */
import { Lexer, Parser } from 'yaml';

/** Some times the deepest sensible one: a document, instances, an instance, its ports, a port, a key, its values. */
export const maxNesting = 32;

/** @returns the offset at which the text is nested too deeply; undefined where it nowhere is */
export function offsetOfTooDeep(text: string): number | undefined {
  const parser = new Parser();
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    // What it yields is of no interest here, but it goes on only when it is taken.
    Array.from(parser.next(lexeme));
    if (parser.stack.length > maxNesting) return offset;
    offset = parser.offset;
  }
  return undefined;
}
