/** ptp-switch show: what a running switch is at the moment, as opposed to what it has counted. */
import type { CommandModule } from 'yargs';
import type { LinkDelayStatus } from '../../daemon/status/peer-delay-table.js';
import { clockText, withNewName } from '../formats/clock.js';
import type { PortStatus } from '../../daemon/status/status.js';
import type { Environment } from '../environment.js';
import { socketOption } from './socket-option.js';
import { mixedTimestampingLine } from '../../daemon/status/timestamping-line.js';
import { formatNs, linkText } from '../formats/stats.js';
import { table } from '../formats/table.js';

interface ShowArguments {
  what: string;
  socket: string;
  json: boolean;
}

/** What only a clock that takes part in the protocol has; a transparent clock lets it pass. */
const ownedByClocks: Readonly<Record<string, string>> = {
  clock: 'clock to show: a transparent clock keeps no PTP time of its own',
  parent: 'parent: a transparent clock follows nobody',
  time: 'time properties: a transparent clock keeps no PTP time of its own',
  'foreign-masters': 'foreign masters: a transparent clock takes no part in choosing one',
};

export function showCommand(environment: Environment): CommandModule<object, ShowArguments> {
  return {
    command: 'show <what>',
    describe: 'The state of a running switch',
    builder: (yargs) =>
      yargs
        .positional('what', {
          type: 'string',
          demandOption: true,
          choices: ['ports', ...Object.keys(ownedByClocks)],
          describe: 'What to show',
        })
        .options({
          socket: socketOption,
          json: { type: 'boolean', default: false, describe: 'For scripts' },
        } as const)
        .example('$0 show ports', 'link, address, time stamping and peer delay of every port')
        .example('$0 show ports --json', 'the same for a script'),
    handler: (args) => show(args, environment),
  };
}

async function show(args: ShowArguments, { print }: Environment): Promise<void> {
  const { ControlClient } = await import('../../control/client.js');
  const client = new ControlClient(args.socket);
  const absent = ownedByClocks[args.what];
  if (absent !== undefined) {
    const clocks = await client.clocks();
    if (clocks.length === 0) print(args.json ? 'null' : `no ${absent}`);
    else print(clockText(args.what, clocks, args.json));
    return;
  }
  const ports = await client.ports();
  print(args.json ? JSON.stringify({ ports }, null, 2) : portTables(ports));
}

function portTables(ports: readonly PortStatus[]): string {
  const sections = [
    portTable(ports),
    pruningTable(ports),
    portStateTable(ports),
    clockTable(ports),
    peerDelayTable(ports),
    problemLines(ports),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** Where the bridge is asked who listens. */
function pruningTable(ports: readonly PortStatus[]): string {
  const rows = ports.flatMap(({ interface: name, prunedTransports }) =>
    prunedTransports === undefined
      ? []
      : [
          [
            name,
            ...(['udp4', 'udp6'] as const).map((transport) =>
              prunedTransports.includes(transport) ? 'pruned' : 'sent',
            ),
          ],
        ],
  );
  if (rows.length === 0) return '';
  return table([['port', 'multicast over UDPv4', 'over UDPv6'], ...rows]);
}

/** Where a boundary or ordinary clock runs. */
function portStateTable(ports: readonly PortStatus[]): string {
  const rows = ports.flatMap(({ interface: name, clockPorts = [] }) =>
    clockPorts.map(({ instance, portState }) => [name, instance, withNewName(portState)]),
  );
  return rows.length === 0 ? '' : table([['port', 'instance', 'port state'], ...rows]);
}

/** Of the hardware clocks alone: software time stamps are all of CLOCK_REALTIME. */
function clockTable(ports: readonly PortStatus[]): string {
  const rows = ports.flatMap(({ interface: name, clock }) =>
    clock === null
      ? []
      : [
          [
            name,
            formatNs(clock.offsetNs),
            formatPpb(clock.ratePpb),
            formatNs(clock.uncertaintyNs),
            clock.related ? 'related' : 'being related: corrections wait',
          ],
        ],
  );
  if (rows.length === 0) return '';
  const head = ['port', 'ahead of the system clock by', 'faster by', 'uncertainty', 'state'];
  return table([head, ...rows]);
}

function peerDelayTable(ports: readonly PortStatus[]): string {
  const rows = ports.flatMap(({ interface: name, peerDelay }) =>
    linksToShow(peerDelay?.links ?? []).map((link) => [
      name,
      link.transport,
      formatNs(link.meanLinkDelayNs),
      formatRate(link.neighborRateRatio),
      link.neighbor ?? '-',
      link.description,
    ]),
  );
  if (rows.length === 0) return '';
  const head = [
    'port',
    'transport',
    'mean link delay',
    'neighbour faster by',
    'neighbour',
    'state',
  ];
  return table([head, ...rows]);
}

/** A neighbour speaks one transport, as a rule: that the others are silent goes without saying. */
function linksToShow(links: readonly LinkDelayStatus[]): readonly LinkDelayStatus[] {
  const silent = links.filter(({ state }) => state === 'noResponse' || state === 'measuring');
  return silent.length === links.length ? links : links.filter((link) => !silent.includes(link));
}

function problemLines(ports: readonly PortStatus[]): string {
  const ofPorts = ports.flatMap(({ interface: name, isolation, peerDelay }) => [
    ...(isolation
      ? [
          `${name}: isolated for a while: what comes in by ${isolation.loopWith} has come round to it`,
        ]
      : []),
    ...(peerDelay?.problem ? [`${name}: ${peerDelay.problem}`] : []),
  ]);
  const mixed = mixedTimestampingLine(ports);
  return [...ofPorts, ...(mixed === undefined ? [] : [mixed])].join('\n');
}

/** From the ratio of two clocks. */
function formatRate(rateRatio: number | null): string {
  return rateRatio === null ? '-' : formatPpb((rateRatio - 1) * 1e9);
}

function formatPpb(ppb: number): string {
  return `${ppb.toFixed(0)} ppb`;
}

function portTable(ports: readonly PortStatus[]): string {
  return table([
    ['port', 'address', 'link', 'time stamps', 'clock', 'because'],
    ...ports.map((port) => [
      port.interface,
      port.mac || '-',
      linkText(port),
      port.timestamping,
      port.phcIndex === null ? '-' : `/dev/ptp${port.phcIndex}`,
      port.timestampingReason,
    ]),
  ]);
}
