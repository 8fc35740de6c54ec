/** Colour for the words that say how something stands, and for nothing else. */
import { styleText } from 'node:util';

/** How a state is to be seen. */
export type Mood = 'good' | 'attention' | 'bad';

/** @returns the text, coloured where colours are wanted */
export type Paint = (mood: Mood | undefined, text: string) => string;

const colours = { good: 'green', attention: 'yellow', bad: 'red' } as const;

/** Where nobody sees colours: pipes, files, NO_COLOR. */
export const plain: Paint = (_mood, text) => text;

/** `NO_COLOR` (https://no-color.org) turns it off with any value but the empty one; a dumb terminal knows none. */
export function paintFor(
  interactive: boolean,
  variables: Readonly<Record<string, string | undefined>>,
): Paint {
  const { NO_COLOR: noColor = '', TERM: terminal } = variables;
  if (!interactive || noColor !== '' || terminal === 'dumb') return plain;
  return (mood, text) =>
    mood === undefined || text === '' ? text : styleText(colours[mood], text, unconditionally);
}

/** Newer versions of Node would ask the standard output themselves. */
const unconditionally = { validateStream: false } as const;

const moods: Readonly<Record<string, Mood>> = {
  ...{ up: 'good', down: 'attention', absent: 'bad', isolated: 'bad' },
  ...{ MASTER: 'good', SLAVE: 'good', LISTENING: 'attention', UNCALIBRATED: 'attention' },
  ...{ PRE_MASTER: 'attention', DISABLED: 'attention', INITIALIZING: 'attention', FAULTY: 'bad' },
  ...{ locked: 'good', acquiring: 'attention', holdover: 'attention', unlocked: 'bad' },
  ...{ measured: 'good', forwarding: 'good', followed: 'good' },
};

/** Of a word of the status; PASSIVE and what is not listed is neither good nor bad. */
export function moodOf(word: string): Mood | undefined {
  return moods[word];
}
