/** ptp-switch run: a switch in the foreground until SIGTERM or SIGINT. */
import type { CommandModule } from 'yargs';
import { removeLeftover } from '../../control/socket-file.js';
import type { Config } from '../../config/config.js';
import type { EngineOptions } from '../../daemon/engine-options.js';
import { UsageError } from '../command-error.js';
import type { Environment } from '../environment.js';
import { socketOption } from './options/socket-option.js';

interface RunArguments {
  config: string | undefined;
  interface: string[] | undefined;
  type: string | undefined;
  domain: string | undefined;
  timestamping: string | undefined;
  bridge: string | undefined;
  'join-bridge': string | undefined;
  socket: string;
  cpu: number | undefined;
  'busy-poll': boolean;
  'socket-group': string | undefined;
  'allow-faults': boolean;
}

export function runCommand(environment: Environment): CommandModule<object, RunArguments> {
  return {
    command: 'run',
    describe: 'Forward PTP messages between ports and correct them, until stopped',
    builder: (yargs) =>
      yargs
        .options({
          config: { alias: 'c', type: 'string', requiresArg: true, describe: 'YAML file' },
          interface: {
            alias: 'i',
            type: 'string',
            array: true,
            nargs: 1,
            describe: 'A port; say it once for each; replaces the ports of the file',
          },
          type: {
            type: 'string',
            requiresArg: true,
            describe: 'e2e-tc, p2p-tc, bc or oc; replaces that of the only instance of the file',
          },
          domain: {
            type: 'string',
            requiresArg: true,
            describe: 'any, or a domainNumber; replaces that of the only instance of the file',
          },
          timestamping: {
            type: 'string',
            requiresArg: true,
            describe: 'auto, hardware, software or mixed',
          },
          bridge: {
            type: 'string',
            describe:
              'Make a kernel bridge of this name for ordinary traffic (br-ptp unless named), without which the switch carries PTP alone',
          },
          'join-bridge': {
            type: 'string',
            requiresArg: true,
            describe: 'Put the ports into this bridge of the system, and keep PTP out of it',
          },
          socket: socketOption,
          'socket-group': {
            type: 'string',
            requiresArg: true,
            describe: 'The group that may use the control socket; that of the process unless set',
          },
          'allow-faults': {
            type: 'boolean',
            default: false,
            describe: 'For tests: whoever may use the control socket may make the switch fail',
          },
          cpu: {
            type: 'number',
            requiresArg: true,
            describe:
              'Forward on this processor; without --busy-poll ahead of all ordinary work there',
          },
          'busy-poll': {
            type: 'boolean',
            default: false,
            describe: 'Lowest latency, at the price of one whole processor',
          },
        } as const)
        .example('$0 run -i eth1 -i eth2 -i eth3', 'a transparent clock of three ports')
        .example('$0 run -i eth1 -i eth2 --bridge', 'ordinary traffic too, by a bridge: br-ptp')
        .example('$0 run -i eth1 -i eth2 --bridge br-lab', 'the same, by a bridge of that name')
        .example('$0 run -i eth1 -i eth2 --join-bridge br0', 'by one that is there already')
        .example('$0 run -c switch.yaml --timestamping software', 'a file, with one thing changed')
        .example('$0 run -c switch.yaml --busy-poll --cpu 3', 'all of processor 3 for forwarding'),
    handler: (args) => run(args, environment),
  };
}

/** The parts are loaded here: the other commands do without them. */
async function run(args: RunArguments, environment: Environment): Promise<void> {
  environment.hangups.hold();
  if (args.cpu !== undefined && !(Number.isInteger(args.cpu) && args.cpu >= 0)) {
    throw new UsageError('--cpu: write the number of a processor, from 0');
  }
  if (args.cpu !== undefined) await checkProcessor(args.cpu);
  const { loadConfig } = await import('../../config/load.js');
  const options = {
    interfaces: args.interface,
    type: args.type,
    domain: args.domain,
    timestamping: args.timestamping,
    bridge: args.bridge,
    joinBridge: args['join-bridge'],
  };
  const config = loadConfig(args.config, options);
  const engine = {
    busyPoll: args['busy-poll'],
    ...(args.cpu === undefined ? {} : { cpu: args.cpu }),
  };
  const owned = await environment.takeOwnership({
    ports: config.ports.map((port) => port.interface),
    bridge: config.bridge?.name,
    socketPath: args.socket,
  });
  try {
    const load = args.config === undefined ? undefined : () => loadConfig(args.config, options);
    await runOwned({ config, engine, load }, args, environment);
  } finally {
    owned.release();
  }
}

interface Owned {
  readonly config: Config;
  readonly engine: EngineOptions;
  /** Reads the file again; absent where there is none. */
  readonly load: (() => Config) | undefined;
}

/** Nobody else uses the ports, the bridge and the socket meanwhile. */
async function runOwned(
  { config, engine, load }: Owned,
  args: RunArguments,
  environment: Environment,
): Promise<void> {
  const { Switch } = await import('../../daemon/switch.js');
  const { Reloads } = await import('../../daemon/reload.js');
  const { interfaceMemory } = await import('../../daemon/machine/interface-memory.js');
  const { runUntilStopped } = await import('../../daemon/lifecycle.js');
  const { Undo } = await import('../../daemon/machine/undo.js');
  const { serveControl } = await import('../../control/server.js');
  const { groupNumber, groupsFile } = await import('../../control/socket-file.js');
  const wantedGroup = args['socket-group'] ?? config.socketGroup;
  const group = wantedGroup === undefined ? undefined : groupNumber(wantedGroup);
  if (wantedGroup !== undefined && group === undefined) {
    throw new UsageError(
      `socketGroup: there is no group ${wantedGroup} in ${groupsFile}: name one of it, or make one with: groupadd ptp`,
    );
  }
  // Before the interfaces are touched: a switch of another network namespace may answer there.
  await removeLeftover(args.socket);
  const { openDataPlane, notifyServiceManager, kernelClock } = await environment.loadAddon();
  const { bootId, readText } = await import('../../daemon/machine/text-file.js');
  const { driftFile, driftFilePath } = await import('../../daemon/machine/drift-file.js');
  const driftPath = driftFilePath(config.driftFile, environment.variables);
  const { identityFileBeside } = await import('../../daemon/machine/identity-file.js');
  const { log } = environment;
  const { ServiceManager } = await import('../../daemon/machine/service-manager.js');
  const manager = new ServiceManager(environment.variables, notifyServiceManager, log.warn);
  const { SwitchBridge } = await import('../../daemon/forwarding/switch-bridge.js');
  const { tellOrdinaryTraffic } = await import('../../daemon/forwarding/ordinary-traffic.js');
  const { bridgeOf } = await import('../../daemon/machine/host.js');
  const follow: { by?: InstanceType<typeof Switch> } = {};
  const bridge = await SwitchBridge.open(config, log, (state) => follow.by?.setBridge(state));
  const undo = new Undo();
  if (bridge !== undefined) undo.add(() => bridge.close());
  try {
    undo.add(await environment.watchAddresses(() => follow.by?.addressesChanged()));
    const running = new Switch(openDataPlane, config, engine, log, {
      bridge: bridge?.state,
      interfaceMemory: interfaceMemory(args.socket),
      identityFile: identityFileBeside(driftPath),
      timeFacts: {
        ...{ kernelClock, readText, bootId: bootId() },
        ...{ wallClock: () => Date.now(), monotonicNs: () => process.hrtime.bigint() },
        driftFile: driftPath === undefined ? undefined : driftFile(driftPath),
      },
    });
    const reloads = new Reloads({ ...{ running, manager, log }, load });
    const controlled = {
      ports: () => running.ports(),
      stats: () => running.stats(),
      summary: () => running.summary(),
      health: () => running.health(),
      clocks: () => running.clocks(),
      manage: (request: unknown) => running.manage(request),
      reload: (dryRun: boolean) => reloads.reload(dryRun),
      events: running.events,
      loseTransmitTimestamps: (name: string, count: number) =>
        running.loseTransmitTimestamps(name, count),
    };
    await runUntilStopped(
      running,
      async () => {
        follow.by = running;
        tellOrdinaryTraffic(config, bridgeOf, log);
        // What the bridge has decided since it was read.
        if (bridge !== undefined) running.setBridge(bridge.state);
        const service = await serveControl(args.socket, controlled, environment.version, {
          ...{ allowFaults: args['allow-faults'], group, warn: log.warn },
        });
        bridge?.started();
        return service;
      },
      environment.stop,
      manager,
      // Not before: the end of a reload tells the service manager that the switch is ready.
      () => environment.hangups.listen(() => reloads.onSignal()),
    );
  } catch (error) {
    undo.runAfterFailure(log.warn);
    throw error;
  }
  undo.run();
}

/** The kernel would refuse it to the forwarding thread, which then would run anywhere. */
async function checkProcessor(cpu: number): Promise<void> {
  const { isInList, onlineProcessors } = await import('../../daemon/machine/host.js');
  const online = onlineProcessors();
  if (isInList(online, cpu)) return;
  throw new UsageError(`--cpu ${cpu}: there is no such processor at work: choose from ${online}`);
}
