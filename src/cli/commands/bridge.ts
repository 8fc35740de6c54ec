/**
 * ptp-switch bridge: shows or removes the kernel bridge that a switch has set up, also when that switch no longer runs.
 */
import type { CommandModule } from 'yargs';
import type { BridgeStatus } from '../../bridge/status.js';
import { CommandError, exitFailure } from '../command-error.js';
import type { Environment } from '../environment.js';
import { jsonOption } from './options/json-option.js';
import { table } from '../formats/table.js';

interface BridgeArguments {
  action: string;
  json: boolean;
  force: boolean;
}

export function bridgeCommand(environment: Environment): CommandModule<object, BridgeArguments> {
  return {
    command: 'bridge <action>',
    describe:
      'The kernel bridge for ordinary traffic: what stands, and away with what was left over',
    builder: (yargs) =>
      yargs
        .positional('action', {
          type: 'string',
          demandOption: true,
          choices: ['status', 'clean'],
          describe: 'Show it, or restore what was before a switch that was killed',
        })
        .options({
          json: jsonOption,
          force: {
            type: 'boolean',
            default: false,
            describe: 'Clean although a switch forwards on the ports',
          },
        } as const)
        .example('$0 bridge status', 'ports, their spanning tree states, frames kept out')
        .example('$0 bridge status --json', 'the same for a script')
        .example('$0 bridge clean', 'after a crash: remove the bridge and the rules'),
    handler: (args) =>
      args.action === 'status' ? status(args, environment) : clean(args, environment),
  };
}

async function status({ json }: BridgeArguments, { print }: Environment): Promise<void> {
  const { bridgeStatus } = await import('../../bridge/status.js');
  const bridges = bridgeStatus();
  if (json) print(await machineAnswer({ bridges }));
  else print(bridges.length === 0 ? 'no bridge of a ptp-switch' : bridges.map(text).join('\n\n'));
}

async function clean({ json, force }: BridgeArguments, { print }: Environment): Promise<void> {
  const { lowerBridge, ownBridges } = await import('../../bridge/lower.js');
  const { runningSwitches } = await import('../../bridge/running.js');
  const running = runningSwitches();
  if (running.length > 0 && !force) {
    throw new CommandError(
      `bridge: a ptp-switch forwards on ${running.join(', ')}: stop it, or say --force`,
      exitFailure,
    );
  }
  const deeds = ownBridges().flatMap((name) => lowerBridge(name));
  if (json) print(await machineAnswer({ deeds }));
  else print(deeds.length === 0 ? 'nothing was left over' : deeds.join('\n'));
}

async function machineAnswer(body: object): Promise<string> {
  const { machineHead } = await import('../machine-answers.js');
  return JSON.stringify({ ...machineHead(), ...body }, null, 2);
}

function text(bridge: BridgeStatus): string {
  const { name, present, created, ports, ptpFramesKept: kept } = bridge;
  const what = present
    ? [
        created ? 'made by ptp-switch' : 'joined',
        `spanning tree ${bridge.stp === true ? 'on' : 'off'}`,
        `VLAN filtering ${bridge.vlanFiltering === true ? 'on' : 'off'}`,
        `IGMP snooping ${bridge.igmpSnooping === true ? 'on' : 'off'}`,
        `querier ${bridge.querier === true ? 'on' : 'off'}`,
      ].join(', ')
    : 'gone; ptp-switch bridge clean removes what is left over';
  const rules = kept === null ? 'PTP frames are not kept out' : `${kept} PTP frames kept out`;
  const rows = ports.map(({ interface: port, state, vlans, ptpGroups, multicastRouter }) => [
    port,
    state,
    vlans.map(vlanText).join(' ') || '-',
    multicastRouter ? 'all: a multicast router' : ptpGroups.join(' ') || '-',
  ]);
  return [
    `${name}: ${what}; ${rules}`,
    ...(rows.length === 0
      ? []
      : [table([['port', 'state', 'VLANs', 'PTP groups wanted'], ...rows])]),
  ].join('\n');
}

function vlanText({
  first,
  last,
  pvid,
  untagged,
}: BridgeStatus['ports'][number]['vlans'][number]): string {
  const range = first === last ? `${first}` : `${first}-${last}`;
  return `${range}${untagged ? 'u' : 't'}${pvid ? '*' : ''}`;
}
