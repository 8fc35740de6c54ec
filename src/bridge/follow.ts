/**
 * Follows the kernel's bridge while a switch runs on it: spanning tree states, VLANs, ports that come and go. The
 * kernel announces every change (rtnetlink, through `bridge monitor`); the new state is then read as a whole. The
 * spanning tree state of a port is part of the announcement already, and is applied without waiting for the reading.
 */
import { createInterface } from 'node:readline';
import {
  fetchLinks,
  fetchVlans,
  hasLinkLocalIpv6,
  type BridgeSettings,
  type Link,
  type Links,
  type StpState,
  type VlanMembership,
} from './kernel.js';
import {
  emptyDatabase,
  fetchMulticastDatabases,
  primaryGroup4,
  primaryGroup6InAnyScope,
} from './multicast-database.js';
import { startMonitor, startProgram, type Monitor } from './programs.js';
import { Pruning, type MulticastDelivery } from './pruning.js';
import { joinCommands } from './raise.js';
import { monitoredState, type MonitoredState } from './monitored-state.js';

/** `outside`: the interface exists, but is not in the bridge; `absent`: there is no such interface. */
export type FollowedState = StpState | 'outside' | 'absent';

export interface FollowedPort {
  readonly state: FollowedState;
  /** Empty where the bridge does not filter VLANs. */
  readonly vlans: readonly VlanMembership[];
}

export interface FollowedBridge {
  readonly vlanFiltering: boolean;
  /** Grows whenever a port begins or ceases to forward, or the spanning tree protocol reports a topology change. */
  readonly topologyChanges: number;
  /** In the order in which the options name the ports. */
  readonly ports: readonly FollowedPort[];
  /** Where PTP over UDP is forwarded; absent without pruneMulticast, when it goes to all ports. */
  readonly multicast?: MulticastDelivery;
}

/** What a follower asks the kernel by, and hears it by; tests have their own. */
export interface BridgeSources {
  readonly fetchLinks: typeof fetchLinks;
  readonly fetchVlans: typeof fetchVlans;
  /** Starts a program whose lines tell of changes. */
  readonly monitor: (command: readonly string[]) => Monitor;
  /** Runs a command of `ip`. @throws BridgeError */
  readonly ip: (command: string) => Promise<unknown>;
}

const kernelSources: BridgeSources = {
  fetchLinks,
  fetchVlans,
  monitor: startMonitor,
  ip: (command) => startProgram('ip', command.split(' ')),
};

export interface FollowerOptions {
  readonly bridge: string;
  readonly ports: readonly string[];
  /** Also follow which ports have listeners of PTP's multicast groups. */
  readonly pruneMulticast: boolean;
  readonly onChange: (state: FollowedBridge) => void;
  /** Called with a line for the operator when following fails. */
  readonly onTrouble: (line: string) => void;
  /** The kernel's own unless set. */
  readonly sources?: BridgeSources;
}

/** stdbuf makes the output line buffered; into a pipe it would otherwise come in blocks, minutes late. */
const monitorOfLinks = ['stdbuf', '-oL', 'bridge', 'monitor', 'link'];
const monitorOfListeners = ['stdbuf', '-oL', 'bridge', 'monitor', 'mdb'];
/** The lines that concern PTP's groups or multicast routers; entries of other groups change all the time. */
const ofInterest = [primaryGroup4, primaryGroup6InAnyScope, 'router'];

/**
 * How long after its end a monitor is started again. It ends when it has lost messages; a new reading makes up for
 * them.
 */
const restartAfterMs = 100;
/** After a reading that failed (ENOMEM, EAGAIN, a busy netlink), until it is tried again; twice as long each time. */
export const readingBackoff = { firstMs: 100, longestMs: 10_000 } as const;

export class BridgeFollower {
  readonly #options: FollowerOptions;
  readonly #sources: BridgeSources;
  #state: FollowedBridge | undefined;
  /**
   * Interface index, by port, of the interface that was last in the bridge: with another index, an interface of that
   * name has been made anew.
   */
  readonly #indices = new Map<string, number>();
  /** Index, by port, of the new interface that is being put back: until that is done whole, it is tried again. */
  readonly #joining = new Map<string, number>();
  /**
   * Port states that the monitor has announced since the reading under way began: they are newer than what it will
   * find.
   */
  readonly #monitoredStates = new Map<string, StpState>();
  readonly #monitors = new Map<readonly string[], Monitor>();
  readonly #pruning = new Pruning();
  #again: NodeJS.Timeout | undefined;
  #reading = false;
  #changed = false;
  #stopped = false;
  #lastTrouble = '';
  /** Until the next attempt after the readings that have failed in a row. */
  #retryMs: number = readingBackoff.firstMs;
  #retry: NodeJS.Timeout | undefined;

  private constructor(options: FollowerOptions) {
    this.#options = options;
    this.#sources = options.sources ?? kernelSources;
  }

  /**
   * Resolves when the state of the bridge has been read; `onChange` is called with every change from then on.
   * @throws BridgeError
   */
  static async start(options: FollowerOptions): Promise<BridgeFollower> {
    const follower = new BridgeFollower(options);
    follower.#watch(monitorOfLinks);
    if (options.pruneMulticast) follower.#watch(monitorOfListeners, ofInterest);
    try {
      await follower.#read();
    } catch (error) {
      follower.stop();
      throw error;
    }
    return follower;
  }

  get state(): FollowedBridge {
    if (this.#state === undefined) throw new Error('not read yet');
    return this.#state;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#again);
    clearTimeout(this.#retry);
    for (const monitor of this.#monitors.values()) monitor.kill('SIGKILL');
  }

  /**
   * Starts a monitor.
   * @param interest a line is of interest that holds one of these texts; every line unless given
   */
  #watch(command: readonly string[], interest: readonly string[] = ['']): void {
    const monitor = this.#sources.monitor(command);
    this.#monitors.set(command, monitor);
    createInterface({ input: monitor.stdout }).on('line', (line) => {
      if (!interest.some((text) => line.includes(text)) || this.#stopped) return;
      const monitored = monitoredState(line);
      if (monitored !== undefined) this.#take(monitored);
      void this.#refresh();
    });
    monitor.once('error', (error) => this.#trouble(error));
    monitor.once('close', () => {
      if (this.#stopped) return;
      setTimeout(() => {
        if (this.#stopped) return;
        this.#watch(command, interest);
        void this.#refresh();
      }, restartAfterMs);
    });
  }

  /** Only one reading runs at a time; when something has changed meanwhile, another follows it. */
  async #refresh(): Promise<void> {
    this.#changed = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#changed && !this.#stopped) {
      this.#changed = false;
      try {
        await this.#read();
        this.#lastTrouble = '';
        this.#retryMs = readingBackoff.firstMs;
      } catch (error) {
        this.#trouble(error);
        this.#tryLater();
      }
    }
    this.#reading = false;
  }

  /** The kernel may say nothing again for a long time: what it said last must not be lost by a reading that failed. */
  #tryLater(): void {
    clearTimeout(this.#retry);
    if (this.#stopped) return;
    this.#retry = setTimeout(() => void this.#refresh(), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, readingBackoff.longestMs);
  }

  #take({ bridge, port, state }: MonitoredState): void {
    const index = this.#options.ports.indexOf(port);
    if (bridge !== this.#options.bridge || index === -1) return;
    this.#monitoredStates.set(port, state);
    const before = this.#state;
    if (before === undefined) return;
    const ports = before.ports.map((it, at) => (at === index ? { ...it, state } : it));
    const moved = forwardsElsewhere(before.ports, ports);
    this.#adopt({ ...before, ports, topologyChanges: before.topologyChanges + (moved ? 1 : 0) });
  }

  #adopt(state: FollowedBridge): void {
    const before = this.#state;
    this.#state = state;
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(state)) {
      this.#options.onChange(state);
    }
  }

  async #read(): Promise<void> {
    const { bridge, ports } = this.#options;
    this.#monitoredStates.clear();
    const [links, vlans] = await Promise.all([
      this.#sources.fetchLinks(),
      this.#sources.fetchVlans(),
    ]);
    if (this.#stopped) return;
    const settings = links.get(bridge)?.settings;
    const vlanFiltering = settings?.vlanFiltering ?? false;
    const followed = ports.map((name): FollowedPort => {
      const link = links.get(name);
      return {
        state: stateOf(link, bridge),
        vlans: vlanFiltering ? (vlans.get(name) ?? []) : [],
      };
    });
    const failedJoins = links.has(bridge) ? await this.#rejoin(ports, links) : [];

    const multicast = await this.#multicast(settings, followed);
    if (this.#stopped) return;
    const latest = followed.map((port, index) => {
      const state = this.#monitoredStates.get(ports[index]!);
      return state === undefined ? port : { ...port, state };
    });
    const before = this.#state;
    const moved =
      settings?.topologyChange === true ||
      (before !== undefined && forwardsElsewhere(before.ports, latest));
    const topologyChanges = (before?.topologyChanges ?? 0) + (moved ? 1 : 0);
    this.#adopt({
      ...{ vlanFiltering, topologyChanges, ports: latest },
      ...(multicast && { multicast }),
    });
    // Only now: the other ports are followed all the same.
    if (failedJoins.length > 0) throw failedJoins[0];
  }

  async #multicast(
    settings: BridgeSettings | undefined,
    followed: readonly FollowedPort[],
  ): Promise<MulticastDelivery | undefined> {
    const { bridge, ports, pruneMulticast } = this.#options;
    if (!pruneMulticast) return undefined;
    const databases = await fetchMulticastDatabases();
    const { delivery, againInMs } = this.#pruning.decide({
      ...{ bridge, settings, linkLocalIpv6: hasLinkLocalIpv6(bridge) },
      database: databases.get(bridge) ?? emptyDatabase,
      ports: ports.map((name, index) => ({
        name,
        forwarding: followed[index]?.state === 'forwarding',
      })),
      nowMs: performance.now(),
    });
    clearTimeout(this.#again);
    if (againInMs !== undefined && !this.#stopped) {
      // One millisecond more, because the timer rounds down and would expire a moment too soon.
      this.#again = setTimeout(() => void this.#refresh(), againInMs + 1);
    }
    return delivery;
  }

  /**
   * An interface that vanished and has come back, such as a USB adapter, is no port of the bridge any more: puts it
   * back.
   * @returns what went wrong; the next reading tries that again
   */
  async #rejoin(ports: readonly string[], links: Links): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (const name of ports) {
      const link = links.get(name);
      if (link === undefined) continue;
      try {
        if (this.#isToJoin(link)) await this.#join(link);
        this.#indices.set(name, link.index);
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }

  #isToJoin({ name, index, bridge }: Link): boolean {
    const known = this.#indices.get(name);
    if (known === undefined || known === index) return false;
    // In our bridge already, but perhaps not up yet, because that command failed.
    const halfDone = bridge === this.#options.bridge && this.#joining.get(name) === index;
    return bridge === undefined || halfDone;
  }

  async #join({ name, index }: Link): Promise<void> {
    this.#joining.set(name, index);
    for (const command of joinCommands(this.#options.bridge, name)) await this.#sources.ip(command);
    this.#joining.delete(name);
  }

  #trouble(error: unknown): void {
    const line = error instanceof Error ? error.message : String(error);
    if (line === this.#lastTrouble || this.#stopped) return;
    this.#lastTrouble = line;
    this.#options.onTrouble(line);
  }
}

function forwardsElsewhere(
  before: readonly FollowedPort[],
  after: readonly FollowedPort[],
): boolean {
  const forwards = (port: FollowedPort | undefined) => port?.state === 'forwarding';
  return before.some((port, index) => forwards(port) !== forwards(after[index]));
}

function stateOf(link: Link | undefined, bridge: string): FollowedState {
  if (link === undefined) return 'absent';
  if (link.bridge !== bridge) return 'outside';
  return link.state ?? 'disabled';
}
