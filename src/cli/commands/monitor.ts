/** ptp-switch monitor: a running switch on a live screen. */
import type { CommandModule } from 'yargs';
import { UsageError } from '../command-error.js';
import type { Environment } from '../environment.js';
import { socketOption } from './options/socket-option.js';

interface MonitorArguments {
  socket: string;
  interval: number;
}

/** Oftener nobody can read it; more rarely it is no live screen. Seconds. */
const intervals = { least: 0.2, most: 60 };

export function monitorCommand(environment: Environment): CommandModule<object, MonitorArguments> {
  return {
    command: 'monitor',
    describe: 'A running switch on a live screen: rates, residence, offsets, states',
    builder: (yargs) =>
      yargs
        .options({
          socket: socketOption,
          interval: {
            type: 'number',
            requiresArg: true,
            default: 1,
            describe: 'Seconds between two looks, 0.2 to 60',
          },
        } as const)
        .example('$0 monitor', 'the switch of this machine; ? shows the keys, q ends it')
        .example('$0 monitor --interval 5', 'every five seconds, over a slow connection'),
    handler: (args) => monitor(args, environment),
  };
}

async function monitor({ socket, interval }: MonitorArguments, environment: Environment) {
  if (!(interval >= intervals.least && interval <= intervals.most)) {
    throw new UsageError(
      `--interval: write seconds from ${intervals.least} to ${intervals.most}, as in --interval 2`,
    );
  }
  const terminal = await environment.openTerminal();
  if (terminal === undefined) {
    throw new UsageError(
      'monitor: needs a terminal for its screen and its keys: without one use ptp-switch stats --watch',
    );
  }
  const { ControlClient } = await import('../../control/client.js');
  const { paintFor } = await import('../formats/colour.js');
  const { readingOf } = await import('../monitor/reading.js');
  const { runMonitor } = await import('../monitor/monitor.js');
  const client = new ControlClient(socket);
  const { variables, stop } = environment;
  await runMonitor({
    ask: async () => {
      const [status, ports, stats, clocks] = await Promise.all([
        client.status(),
        client.ports(),
        client.stats(),
        client.clocks(),
      ]);
      return readingOf({ status, ports, stats, clocks });
    },
    ...{ terminal, stop, intervalMs: interval * 1000 },
    look: {
      paint: paintFor(true, variables),
      blocks: hasBlocks(variables),
      timeOf: (unixMs) => new Date(unixMs).toTimeString().slice(0, 8),
    },
  });
}

/** The console of Linux has no font with bars in most places; others have, where they are given UTF-8. */
function hasBlocks(variables: Environment['variables']): boolean {
  const { LC_ALL: all, LC_CTYPE: type, LANG: language, TERM: terminal } = variables;
  return terminal !== 'linux' && /utf-?8/i.test(all || type || language || '');
}
