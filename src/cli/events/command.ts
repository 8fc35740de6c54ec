/** ptp-switch events: what a running switch has told of, and what it tells of from now on. */
import type { CommandModule } from 'yargs';
import type { EventJson } from '../../control/events-answer.js';
import { UsageError } from '../command-error.js';
import type { Environment } from '../environment.js';
import { socketOption } from '../commands/options/socket-option.js';

interface EventsArguments {
  socket: string;
  json: boolean;
  follow: boolean;
  since: string | undefined;
}

/** Enough to see what went before. */
const shownBeforeFollowing = 10;

export function eventsCommand(environment: Environment): CommandModule<object, EventsArguments> {
  return {
    command: 'events',
    describe: 'What has happened to a running switch: raised, cleared, when, on which port',
    builder: (yargs) =>
      yargs
        .options({
          socket: socketOption,
          json: { alias: 'j', type: 'boolean', default: false, describe: 'For scripts' },
          follow: {
            alias: 'f',
            type: 'boolean',
            default: false,
            describe: 'The last ones and each that comes, until Ctrl-C; with --json one a line',
          },
          since: {
            type: 'string',
            requiresArg: true,
            describe: 'Only those of the last 30s, 10m, 2h or 1d',
          },
        } as const)
        .example('$0 events --since 10m', 'what has happened in the last ten minutes')
        .example('$0 events --follow', 'a line for each event as it comes')
        .example('$0 events --json', 'all that is remembered, 1,024 at most, for a script'),
    handler: (args) => events(args, environment),
  };
}

async function events(args: EventsArguments, environment: Environment): Promise<void> {
  const sinceMs = args.since === undefined ? undefined : lengthMs(args.since);
  const { ControlClient } = await import('../../control/client.js');
  const { formatEvent, formatEvents } = await import('./format.js');
  const client = new ControlClient(args.socket);
  const answer = await client.events();
  const from = sinceMs === undefined ? -Infinity : Date.parse(answer.at) - sinceMs;
  const wanted = answer.events.filter(({ at }) => Date.parse(at) >= from);
  if (!args.follow) {
    environment.print(
      args.json ? JSON.stringify({ ...answer, events: wanted }, null, 2) : formatEvents(wanted),
    );
    return;
  }
  const print = (event: EventJson): void =>
    environment.print(args.json ? JSON.stringify(event) : formatEvent(event));
  const before = sinceMs === undefined ? wanted.slice(-shownBeforeFollowing) : wanted;
  before.forEach(print);
  await client.followEvents(answer.events.at(-1)?.seq ?? 0, print, environment.stop);
}

const msPerUnit: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 };

function lengthMs(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text.trim()) ?? [];
  if (number === undefined) {
    throw new UsageError(`--since ${text}: write a length of time, as in 30s, 10m, 2h or 1d`);
  }
  return Number(number) * (msPerUnit[unit] ?? NaN);
}
