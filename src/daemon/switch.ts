/** A running switch: opens the engine on the configured ports, programs it, and logs its events for the operator. */
import type { FollowedBridge } from '../bridge/follow.js';
import type { Config, InstanceConfig } from '../config/config.js';
import { monitorUnlessSet } from '../config/monitor-schema.js';
import { instanceNames } from '../config/instances/name.js';
import { profiles } from '../config/profiles.js';
import type { DataPlane, OpenOptions } from '../native/data-plane.js';
import { openOptions, type EngineOptions } from './engine-options.js';
import { bridgePolicy, multicastLine, prunedTransports } from './forwarding/bridge-policy.js';
import type { ClockStatus } from './status/clock-status.js';
import { GroupMemberships, memberPorts } from './multicast/group-memberships.js';
import { MembershipReports, reportingPorts } from './multicast/membership-reports.js';
import {
  managementAnswersOf,
  managementRequestFrom,
  type ManagementAnswer,
} from './status/management.js';
import { Observing } from './observing/observing.js';
import { Observations } from '../observe/observations.js';
import { healthOf, type Health } from '../observe/health.js';
import type { Summary } from '../observe/summary.js';
import { momentOf, Snapshots } from './observing/snapshots.js';
import { kindOfNotice, runningText, SwitchEvents } from './observing/switch-events.js';
import type { PumpEvent } from './runtime/pump.js';
import { Notices } from './status/notices.js';
import { introduction, linkLine } from './status/link-lines.js';
import { mixedTimestampingLine } from './status/timestamping-line.js';
import {
  linkOf,
  clockPortsOf,
  portStatus,
  statsOf,
  type BridgePortStatus,
  type PortLink,
  type PortStatus,
  type Stats,
} from './status/status.js';
import { reloadPlan } from './reload/reload-plan.js';
import {
  reportLines,
  reportOf,
  RestartNeededError,
  type ReloadReport,
} from './reload/reload-report.js';
import type { TimerClock } from './runtime/timers.js';
import type { Log } from './machine/log.js';
import { Instances } from './instances/instances.js';
import type { InterfaceMemory } from './machine/interface-memory.js';
import { Undo } from './machine/undo.js';
import { thisMachine, type SwitchMachine } from './switch-machine.js';

export class UnknownPortError extends Error {
  constructor(name: string, ports: readonly string[]) {
    super(`${name}: not a port of this switch: its ports are ${ports.join(', ')}`);
  }
}

export class Switch {
  #config: Config;
  readonly #dataPlane: DataPlane;
  readonly #instances: Instances;
  #instanceNames: ReadonlyMap<InstanceConfig, string>;
  readonly #groups: GroupMemberships;
  readonly #reports: MembershipReports;
  readonly #log: Log;
  readonly #lastLink: PortLink[];
  readonly #timerClock: TimerClock;
  readonly #forgetAddresses: () => void;
  readonly #interfaceMemory: InterfaceMemory;
  readonly #notices: Notices;
  readonly #events: SwitchEvents;
  readonly #observations = new Observations((unixMs) => new Date(unixMs).toISOString());
  readonly #undo = new Undo();
  #bridge: FollowedBridge | undefined;
  /** The last line logged about where PTP over UDP is forwarded. */
  #lastMulticastLine = '';

  /**
   * Opens the engine; frames are forwarded from here on. Logs one line for each port.
   * @throws what the engine throws: an Error with a stable code and a message for the operator; also where a clock that
   *   is to be steered cannot be
   */
  constructor(
    openDataPlane: (options: OpenOptions) => DataPlane,
    config: Config,
    engine: EngineOptions,
    log: Log,
    replaced: Partial<SwitchMachine> = {},
  ) {
    this.#config = config;
    this.#instanceNames = instanceNames(config.instances);
    this.#log = log;
    const machine = { ...thisMachine(log), ...replaced };
    const { timerClock, addressesOf, bridge, openSocket } = machine;
    this.#timerClock = timerClock;
    this.#forgetAddresses = machine.forgetAddresses;
    this.#bridge = bridge;
    this.#notices = new Notices({
      nameOf: (port) => this.#nameOf(port),
      now: () => timerClock.now(),
      onLoop: (loop) => this.#events.note({ kind: 'loop', ...loop }),
      onNotice: ({ notice, ...told }) => this.#events.note({ ...told, kind: kindOfNotice[notice] }),
    });
    this.#interfaceMemory = machine.interfaceMemory;
    const former = this.#interfaceMemory.recall();
    this.#dataPlane = openDataPlane({
      ...openOptions(config),
      ports: config.ports.map((port) => ({ ...port, ...former.get(port.interface) })),
      ...engine,
    });
    const dataPlane = this.#dataPlane;
    this.#events = new SwitchEvents({
      ...{ monitor: config.monitor ?? monitorUnlessSet, log },
      moment: () => momentOf({ dataPlane, timerClock }),
    });
    // The last is undone first.
    this.#undo.add(() => this.#interfaceMemory.forget());
    this.#undo.add(() => this.#dataPlane.close());
    try {
      this.#rememberInterfaces();
      this.#instances = new Instances({
        ...{ timerClock, addressesOf, config },
        bridge: bridge && bridgePolicy(bridge),
        dataPlane: this.#dataPlane,
        identityFile: machine.identityFile,
        timeFacts: {
          ...machine.timeFacts,
          warn: (line) => log.warn(line),
          info: (line) => log.info(line),
        },
        onEvent: (event) => this.#onEvent(event),
      });
      this.#lastLink = this.ports().map(({ link }) => link);
      this.#introducePorts();
      this.#logMulticast();
      this.#groups = new GroupMemberships({
        ...{ timerClock, addressesOf },
        ...(openSocket !== undefined && { openSocket }),
        ports: config.instances.flatMap(memberPorts),
        warn: (line) => log.warn(line),
      });
      this.#reports = new MembershipReports({
        ...{ timerClock, addressesOf, send: machine.sendReport, ports: reportingPorts(config) },
        groups: profiles.default.encapsulation.groups,
        links: () => this.#dataPlane.ports().map(({ link }) => link),
        warn: (line) => log.warn(line),
      });
      this.#undo.add(() => this.#reports.close());
      this.#undo.add(() => this.#groups.close());
      this.#groups.start();
      this.#reportWantedGroups();
      this.#reports.renew();
      this.#undo.add(() => this.#instances.stop());
      this.#instances.start();
      const observing = this.#observing();
      this.#undo.add(() => observing.stop());
      this.#events.start(runningText(config, this.#instanceNames));
      observing.start();
    } catch (error) {
      this.#undo.runAfterFailure((line) => log.warn(line));
      throw error;
    }
  }

  #observing(): Observing {
    const snapshots = new Snapshots({
      ...{ dataPlane: this.#dataPlane, instances: this.#instances, timerClock: this.#timerClock },
      config: () => this.#config,
      isolationOf: (port) => this.#notices.isolationOf(port),
      bridgePort: (port) => this.#bridgePort(port),
    });
    return new Observing({
      warn: (line) => this.#log.warn(line),
      ...{ snapshots, timerClock: this.#timerClock },
      takers: [
        (snapshot) => this.#observations.take(snapshot),
        (snapshot) => this.#events.take(snapshot),
      ],
    });
  }

  ports(): PortStatus[] {
    const clocks = this.clocks();
    return this.#dataPlane.ports().map((info, port) =>
      portStatus(info, {
        isolation: this.#notices.isolationOf(port),
        peerDelay: this.#instances.peerDelay(port),
        bridgePort: this.#bridgePort(port),
        clockPorts: clockPortsOf(info.interface, clocks),
      }),
    );
  }

  #bridgePort(port: number): BridgePortStatus {
    const state = this.#bridge?.ports[port]?.state;
    const multicast = this.#bridge?.multicast;
    return {
      ...(state && { bridgeState: state }),
      ...(multicast && { prunedTransports: prunedTransports(multicast, port) }),
    };
  }

  /** The kernel says that an interface has been given an address, or has lost one. */
  addressesChanged(): void {
    this.#forgetAddresses();
    this.#groups.retry();
  }

  /** Applies what the bridge has decided now. */
  setBridge(bridge: FollowedBridge): void {
    const before = this.#bridge;
    this.#bridge = bridge;
    this.#instances.setBridge(bridgePolicy(bridge));
    for (const [port, { state }] of bridge.ports.entries()) {
      if (state === before?.ports[port]?.state) continue;
      this.#log.info(`${this.#nameOf(port)}: the bridge has it ${state}`);
    }
    this.#logMulticast();
    this.#reportWantedGroups();
  }

  /**
   * Runs another configuration. What differs is changed in place where it can be, and else only the instances that it is of are attached
   * anew; neither the bridge nor the engine's ports are touched.
   * @throws RestartNeededError, or what an instance throws that cannot run; with nothing changed
   */
  reload(wanted: Config, { dryRun = false }: { readonly dryRun?: boolean } = {}): ReloadReport {
    const plan = reloadPlan(this.#config, wanted);
    const report = reportOf(plan, this.#config, dryRun);
    if (dryRun) return report;
    if (plan.refused.length > 0) throw new RestartNeededError(plan.refused);
    this.#instances.reload(plan);
    const { config } = plan;
    this.#config = config;
    this.#instanceNames = instanceNames(config.instances);
    this.#groups.setPorts(config.instances.flatMap(memberPorts));
    this.#reports.setPorts(reportingPorts(config));
    this.#events.setMonitor(config.monitor ?? monitorUnlessSet);
    for (const line of reportLines(report)) this.#log.info(`reload: ${line}`);
    return report;
  }

  #reportWantedGroups(): void {
    const multicast = this.#bridge?.multicast;
    this.#reports.setWanted(multicast?.kind === 'pruned' ? multicast.wanted : undefined);
  }

  #logMulticast(): void {
    const multicast = this.#bridge?.multicast;
    const name = this.#config.bridge?.name;
    if (multicast === undefined || name === undefined) return;
    const line = multicastLine(name, multicast);
    if (line === this.#lastMulticastLine) return;
    this.#lastMulticastLine = line;
    if (multicast.kind === 'pruned') this.#log.info(line);
    else this.#log.warn(line);
  }

  /** What has been told of, and how to hear of what will be. */
  get events(): Pick<SwitchEvents, 'after' | 'follow'> {
    return this.#events;
  }

  /** Of every boundary clock. */
  clocks(): ClockStatus[] {
    return this.#instances.clocks();
  }

  /**
   * GET, SET or COMMAND, in JSON as in docs/management.md.
   * @throws ManagementRequestError
   */
  manage(json: unknown): ManagementAnswer[] {
    const request = managementRequestFrom(json);
    return managementAnswersOf(request.request.id, this.#instances.manage(request));
  }

  /** How all is, as it was seen last: once a second. */
  summary(): Summary {
    const summary = this.#observations.summary();
    if (summary === undefined) throw new Error('a switch is looked at as soon as it runs');
    return { ...summary, alarms: this.#events.alarms() };
  }

  /** Whether all is well, as it was seen last. */
  health(): Health {
    return healthOf(this.summary(), this.#config.monitor ?? monitorUnlessSet);
  }

  stats(): Stats {
    const ports = this.#dataPlane.ports();
    return statsOf({
      ports,
      counters: this.#dataPlane.counters(),
      peerDelays: ports.map((_, port) => this.#instances.peerDelay(port)),
      notTaken: this.#instances.notTaken(),
      unclaimed: ports.map((_, port) => this.#instances.unclaimed.of(port)),
      failedRecords: this.#instances.failedRecords,
      isolations: ports.map((_, port) => this.#notices.isolationOf(port)),
      instances: this.#config.instances.map((instance) => ({
        ...instance,
        name: this.#instanceNames.get(instance) ?? '',
        syntonisation: this.#instances.syntonisation(instance),
        discarded: this.#instances.discarded(instance),
      })),
    });
  }

  /**
   * Test seam: the next `count` transmit time stamps of a port are thrown away.
   * @throws UnknownPortError
   */
  loseTransmitTimestamps(interfaceName: string, count: number): void {
    const names = this.#config.ports.map((port) => port.interface);
    const index = names.indexOf(interfaceName);
    if (index === -1) throw new UnknownPortError(interfaceName, names);
    this.#dataPlane.loseTransmitTimestamps(index, count);
  }

  /** Grows from one call to the next while the forwarding thread runs. */
  heartbeat(): number {
    return this.#dataPlane.heartbeat();
  }

  /** Stops forwarding. Idempotent. */
  close(): void {
    this.#undo.run();
  }

  #rememberInterfaces(): void {
    try {
      this.#interfaceMemory.remember(this.#dataPlane.ports());
    } catch (error) {
      this.#log.warn(
        `the settings of the interfaces from before are not remembered beyond a crash: ${(error as Error).message}`,
      );
    }
  }

  #introducePorts(): void {
    for (const info of this.#dataPlane.ports()) {
      this.#log.info(introduction(info));
      const link = linkOf(info);
      if (link !== 'up') this.#log.warn(linkLine(info.interface, link));
    }
    const mixed = mixedTimestampingLine(this.#dataPlane.ports());
    if (mixed !== undefined) this.#log.warn(mixed);
  }

  #onEvent(
    event: Extract<PumpEvent, { kind: 'link' | 'clockMoved' | 'notice' | 'portError' }>,
  ): void {
    switch (event.kind) {
      case 'link': {
        this.#forgetAddresses();
        const link = event.present ? (event.up ? 'up' : 'down') : 'absent';
        const before = this.#lastLink[event.port];
        if (link === before) return;
        this.#lastLink[event.port] = link;
        // It may be another interface, with settings of its own.
        if (before === 'absent') this.#rememberInterfaces();
        if (link === 'up') {
          this.#groups.renew(this.#nameOf(event.port));
          this.#reports.renew();
        }
        this.#events.note({ kind: 'link', interface: this.#nameOf(event.port), link });
        return;
      }
      case 'clockMoved':
        this.#events.note({ kind: 'clockMoved', interface: this.#nameOf(event.port) });
        return;
      case 'notice':
        this.#notices.take(event);
        return;
      case 'portError':
        this.#events.note({
          ...{ kind: 'port-error', interface: this.#nameOf(event.port) },
          ...{ text: event.message, remedy: null },
        });
        return;
    }
  }

  #nameOf(port: number): string {
    return this.#config.ports[port]?.interface ?? `port ${port}`;
  }
}
