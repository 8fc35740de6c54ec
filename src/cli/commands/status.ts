/** ptp-switch status: how a running switch is, on one screen. */
import type { CommandModule } from 'yargs';
import type { Environment } from '../environment.js';
import { socketOption } from './socket-option.js';

interface StatusArguments {
  socket: string;
  json: boolean;
}

export function statusCommand(environment: Environment): CommandModule<object, StatusArguments> {
  return {
    command: 'status',
    describe: 'One screen: instances, grandmasters and since when, every port, what is wrong',
    builder: (yargs) =>
      yargs
        .options({
          socket: socketOption,
          json: { alias: 'j', type: 'boolean', default: false, describe: 'For scripts' },
        } as const)
        .example('$0 status', 'how the switch is, on one screen')
        .example('watch -n 1 ptp-switch status', 'the same anew every second')
        .example('$0 status -j', 'all of it, with windows of 1 and 15 minutes, for a script'),
    handler: (args) => status(args, environment),
  };
}

async function status(args: StatusArguments, environment: Environment): Promise<void> {
  const { ControlClient } = await import('../../control/client.js');
  const { formatStatus } = await import('../formats/status.js');
  const client = new ControlClient(args.socket);
  const summary = await client.summary();
  if (args.json) return environment.print(JSON.stringify(summary, null, 2));
  const [health, process] = [await client.health(), await client.status()];
  const { version, uptimeSeconds } = process;
  const facts = { ...{ summary, health, version, uptimeSeconds }, nowMs: Date.now() };
  environment.print(formatStatus(facts, environment.terminal()));
}
