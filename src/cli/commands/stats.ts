/** ptp-switch stats: the counters of a running switch, once or over and over. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import type { Stats } from '../../daemon/status/status.js';
import { CommandError, exitFailure } from '../command-error.js';
import type { Environment } from '../environment.js';
import { socketOption } from './socket-option.js';

interface StatsArguments {
  socket: string;
  json: boolean;
  watch: boolean;
  port: string | undefined;
}

const watchIntervalMs = 1000;
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
          json: { type: 'boolean', default: false, describe: 'For scripts' },
          watch: { type: 'boolean', default: false, describe: 'Anew every second, until Ctrl-C' },
          port: { type: 'string', requiresArg: true, describe: 'One port only' },
        } as const)
        .example('$0 stats --watch', 'a live table')
        .example('$0 stats --json --port eth1', 'everything about one port, for a script'),
    handler: (args) => stats(args, environment),
  };
}

async function stats(args: StatsArguments, environment: Environment): Promise<void> {
  const { ControlClient } = await import('../../control/client.js');
  const { formatStats } = await import('../formats/stats.js');
  const client = new ControlClient(args.socket);
  const inPlace = args.watch && !args.json && environment.interactive;
  if (inPlace) environment.print(clearScreen);
  do {
    const selected = selectPort(await client.stats(), args.port);
    const text = args.json
      ? JSON.stringify(selected, null, args.watch ? 0 : 2)
      : formatStats(selected);
    environment.print(inPlace ? redraw + text : text);
    if (args.watch)
      await delay(watchIntervalMs, undefined, { signal: environment.stop }).catch(() => {});
  } while (args.watch && !environment.stop.aborted);
}

function selectPort(all: Stats, name: string | undefined): Stats {
  if (name === undefined) return all;
  const ports = all.ports.filter((port) => port.interface === name);
  if (ports.length > 0) return { ...all, ports };
  const names = all.ports.map((port) => port.interface).join(', ');
  throw new CommandError(`${name}: not a port of this switch: its ports are ${names}`, exitFailure);
}
