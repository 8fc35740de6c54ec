/** ptp-switch status: how a running switch is, on one screen. */
import type { CommandModule } from 'yargs';
import type { Environment } from '../environment.js';
import { jsonOption } from './options/json-option.js';
import { socketOption } from './options/socket-option.js';

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
          json: jsonOption,
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
  const summary = await client.ask('/summary');
  if (args.json) return environment.print(JSON.stringify(summary, null, 2));
  const health = await client.ask('/health');
  const { version, uptimeSeconds, at } = summary;
  const facts = { ...{ summary, health, version, uptimeSeconds }, nowMs: Date.parse(at) };
  environment.print(formatStatus(facts, environment.terminal()));
}
