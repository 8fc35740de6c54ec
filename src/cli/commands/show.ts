/** ptp-switch show: what a running switch is at the moment, as opposed to what it has counted. */
import type { CommandModule } from 'yargs';
import type { ControlClient } from '../../control/client.js';
import type { ClockName, ClocksAnswer } from '../../control/answers.js';
import type { ClockStatus } from '../../daemon/status/clock-status.js';
import type { PortStatus, TransparentClockStatus } from '../../daemon/status/status.js';
import { CommandError, exitFailure, UsageError } from '../command-error.js';
import type { Environment } from '../environment.js';
import type { ClockPart } from '../formats/clock.js';
import { domainOption } from './options/domain-option.js';
import { jsonOption } from './options/json-option.js';
import { socketOption } from './options/socket-option.js';

interface ShowArguments {
  what: string;
  interfaces: string[] | undefined;
  socket: string;
  json: boolean;
  domain: number | undefined;
}

/** Where it is asked for, and what is said where a transparent clock lets it pass. */
const partsOfClocks = {
  clock: { path: '/clocks', absent: 'no clock' },
  parent: { path: '/clocks/parent', absent: 'no parent: a transparent clock follows nobody' },
  time: {
    path: '/clocks/time',
    absent: 'no time properties: a transparent clock keeps no PTP time of its own',
  },
  'foreign-masters': {
    path: '/clocks/foreign-masters',
    absent: 'no foreign masters: a transparent clock takes no part in choosing one',
  },
} as const satisfies Readonly<Record<ClockPart, { path: string; absent: string }>>;

export function showCommand(environment: Environment): CommandModule<object, ShowArguments> {
  return {
    command: 'show <what> [interfaces..]',
    describe: 'The state of a running switch',
    builder: (yargs) =>
      yargs
        .positional('what', {
          type: 'string',
          demandOption: true,
          choices: ['ports', ...Object.keys(partsOfClocks)],
          describe: 'What to show',
        })
        .positional('interfaces', {
          type: 'string',
          array: true,
          describe: 'These ports only, of ports and foreign-masters',
        })
        .options({ socket: socketOption, json: jsonOption, domain: domainOption } as const)
        .example('$0 show ports', 'link, address, time stamping and peer delay of every port')
        .example('$0 show ports eth1 -j', 'of one port, for a script')
        .example('$0 show clock', 'how well each clock follows, and whom')
        .example('$0 show parent -d 24', 'the grandmaster of domain 24')
        .example('$0 show foreign-masters', 'everybody who announces himself, the best first'),
    handler: (args) => show(args, environment),
  };
}

async function show(args: ShowArguments, environment: Environment): Promise<void> {
  const { ControlClient } = await import('../../control/client.js');
  const client = new ControlClient(args.socket);
  if (args.what === 'ports') return showPorts(client, args, environment);
  const part = args.what as ClockPart;
  if (args.interfaces?.length && part !== 'foreign-masters') {
    throw new UsageError(`show ${part}: takes no interface: -d selects the clock of a domain`);
  }
  if (args.json) return showJson(client, part, args, environment);
  const { clockText, transparentClockText } = await import('../formats/clock.js');
  const answer = await client.ask('/clocks');
  checkDomain(answer, args.domain);
  const { interfaces } = args;
  const clocks = clocksIn(answer.clocks, args.domain).map((status) => ({
    ...status,
    foreignMasters: ofInterfaces(status.foreignMasters, interfaces),
  }));
  const transparent = part === 'clock' ? passing(answer.transparentClocks, args.domain) : [];
  const layout = { columns: environment.terminal().columns, paint: environment.paint };
  const sections = [
    clockText(part, clocks, layout),
    transparentClockText(transparent, layout),
  ].filter((section) => section !== '');
  environment.print(sections.join('\n\n') || partsOfClocks[part].absent);
}

/** As the control socket answers, without what was not asked for. */
async function showJson(
  client: ControlClient,
  part: ClockPart,
  { domain, interfaces }: ShowArguments,
  { print }: Environment,
): Promise<void> {
  if (part === 'clock') {
    const answer = await client.ask('/clocks');
    const clocks = clocksIn(answer.clocks, domain);
    const transparentClocks = passing(answer.transparentClocks, domain);
    print(JSON.stringify({ ...answer, clocks, transparentClocks }, null, 2));
    return;
  }
  if (part === 'foreign-masters') {
    const answer = await client.ask('/clocks/foreign-masters');
    const clocks = inDomain(answer.clocks, domain).map((each) => ({
      ...each,
      foreignMasters: ofInterfaces(each.foreignMasters, interfaces),
    }));
    print(JSON.stringify({ ...answer, clocks }, null, 2));
    return;
  }
  const answer = await client.ask(partsOfClocks[part].path);
  const clocks = inDomain<ClockName>(answer.clocks, domain);
  print(JSON.stringify({ ...answer, clocks }, null, 2));
}

async function showPorts(
  client: ControlClient,
  { json, interfaces, domain }: ShowArguments,
  environment: Environment,
): Promise<void> {
  const answer = await client.ask('/ports');
  const ports = selectPorts(answer.ports, interfaces).map((port) =>
    port.clockPorts === undefined
      ? port
      : { ...port, clockPorts: inDomain(port.clockPorts, domain) },
  );
  if (json) {
    environment.print(JSON.stringify({ ...answer, ports }, null, 2));
    return;
  }
  const { portTables } = await import('../formats/ports.js');
  environment.print(portTables(ports, environment.paint));
}

/** @throws CommandError where one is no port */
function selectPorts(
  ports: readonly PortStatus[],
  names: readonly string[] | undefined,
): readonly PortStatus[] {
  if (names === undefined || names.length === 0) return ports;
  const known = ports.map((port) => port.interface);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw notAPort(unknown, known);
  return ports.filter((port) => names.includes(port.interface));
}

export function notAPort(name: string, ports: readonly string[]): CommandError {
  return new CommandError(
    `${name}: not a port of this switch: its ports are ${ports.join(', ')}`,
    exitFailure,
  );
}

/** A domain in which there is no clock, and nothing of which passes, is a mistake rather than empty. */
function checkDomain(
  { clocks, transparentClocks }: ClocksAnswer,
  domain: number | undefined,
): void {
  if (domain === undefined || passing(transparentClocks, domain).length > 0) return;
  const domains = clocks.map(({ clock }) => clock.domainNumber);
  if (domains.includes(domain)) return;
  throw new CommandError(
    `domain ${domain}: no clock of this switch is in it: its domains are ${[...new Set(domains)].join(', ')}`,
    exitFailure,
  );
}

function clocksIn(
  clocks: readonly ClockStatus[],
  domain: number | undefined,
): readonly ClockStatus[] {
  return clocks.filter(({ clock }) => domain === undefined || clock.domainNumber === domain);
}

function inDomain<Each extends { readonly domainNumber: number }>(
  all: readonly Each[],
  domain: number | undefined,
): Each[] {
  return all.filter(({ domainNumber }) => domain === undefined || domainNumber === domain);
}

function ofInterfaces<Each extends { readonly interface: string }>(
  all: readonly Each[],
  names: readonly string[] | undefined,
): Each[] {
  return all.filter((each) => !names?.length || names.includes(each.interface));
}

/** The transparent clocks that forward the domain, with what they know of it. */
function passing(
  clocks: readonly TransparentClockStatus[],
  domain: number | undefined,
): TransparentClockStatus[] {
  return clocks
    .filter((it) => domain === undefined || it.domain === 'any' || it.domain === domain)
    .map((it) => ({ ...it, syntonisation: inDomain(it.syntonisation, domain) }));
}
