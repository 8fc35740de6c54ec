/** ptp-switch stats: the counters of a running switch, once or over and over. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import type { StatsAnswer } from '../../control/answers.js';
import { UsageError } from '../command-error.js';
import type { Environment } from '../environment.js';
import { jsonOption } from './options/json-option.js';
import { notAPort } from './show.js';
import { socketOption } from './options/socket-option.js';

interface StatsArguments {
  socket: string;
  json: boolean;
  watch: number | undefined;
  port: string | undefined;
}

const defaultWatchSeconds = 1;
const minWatchSeconds = 0.1;
const maxWatchSeconds = 3600;
/** Moves the cursor to the top left corner and clears the screen below it. */
const redraw = '\u001b[H\u001b[J';
const clearScreen = '\u001b[2J';

export function statsCommand(environment: Environment): CommandModule<object, StatsArguments> {
  return {
    command: 'stats',
    describe: 'Counters and residence times of a running switch, port by port',
    builder: (yargs) =>
      yargs
        .options({
          socket: socketOption,
          json: jsonOption,
          watch: {
            alias: 'w',
            type: 'string',
            coerce: watchSeconds,
            describe: `Again and again until Ctrl-C, every so many seconds (${defaultWatchSeconds} unless given), with what comes a second`,
          },
          port: { type: 'string', requiresArg: true, describe: 'One port only' },
        } as const)
        .example('$0 stats', 'every port: what came and went, by type, what was lost and why')
        .example('$0 stats --watch', 'a live table, with rates')
        .example('$0 stats -w 10 --port eth1', 'one port, every ten seconds')
        .example('$0 stats -j --port eth1', 'everything about one port, for a script'),
    handler: (args) => stats(args, environment),
  };
}

/** `--watch` alone is an empty text. */
function watchSeconds(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  if (text === '') return defaultWatchSeconds;
  const seconds = Number(text);
  if (seconds >= minWatchSeconds && seconds <= maxWatchSeconds) return seconds;
  throw new UsageError(
    `--watch: write a number of seconds from ${minWatchSeconds} to ${maxWatchSeconds}`,
  );
}

async function stats(args: StatsArguments, environment: Environment): Promise<void> {
  const { ControlClient } = await import('../../control/client.js');
  const client = new ControlClient(args.socket);
  const { watch, json } = args;
  const inPlace = watch !== undefined && !json && environment.interactive;
  if (inPlace) environment.print(clearScreen);
  let before: StatsAnswer | undefined;
  do {
    const selected = selectPort(await client.stats(), args.port);
    const text = json
      ? JSON.stringify(selected, null, watch === undefined ? 2 : 0)
      : await tables(selected, before, environment);
    environment.print(inPlace ? redraw + fitting(text, environment.terminal().rows) : text);
    before = selected;
    if (watch !== undefined)
      await delay(watch * 1000, undefined, { signal: environment.stop }).catch(() => {});
  } while (watch !== undefined && !environment.stop.aborted);
}

async function tables(
  now: StatsAnswer,
  before: StatsAnswer | undefined,
  { terminal, paint }: Environment,
): Promise<string> {
  const { formatStats } = await import('../formats/stats.js');
  return formatStats(now, { columns: terminal().columns, paint, before });
}

/** What is redrawn in place must not scroll. */
function fitting(text: string, rows: number | undefined): string {
  const lines = text.split('\n');
  if (rows === undefined || lines.length < rows) return text;
  const shown = lines.slice(0, Math.max(1, rows - 2));
  const more = `${lines.length - shown.length} more lines: make the terminal larger, or say --port`;
  return [...shown, more].join('\n');
}

function selectPort(all: StatsAnswer, name: string | undefined): StatsAnswer {
  if (name === undefined) return all;
  const ports = all.ports.filter((port) => port.interface === name);
  if (ports.length > 0) return { ...all, ports };
  throw notAPort(
    name,
    all.ports.map((port) => port.interface),
  );
}
