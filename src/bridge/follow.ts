/**
 * Follows the kernel's bridge while it stands: spanning tree states, VLANs, ports that come and go. The kernel tells that
 * something has changed (rtnetlink, through `ip monitor`); what it is now is then asked for.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import {
  fetchLinks,
  fetchVlans,
  hasLinkLocalIpv6,
  type BridgeSettings,
  type Link,
  type PortState,
  type VlanMembership,
} from './kernel.js';
import { emptyDatabase, fetchMulticastDatabases } from './multicast-database.js';
import { environmentWithSbin, startProgram } from './programs.js';
import { Pruning, type MulticastDelivery } from './pruning.js';
import { joinCommands } from './raise.js';

/** `outside`: it is there, but not in the bridge; `absent`: there is no such interface. */
export type FollowedState = PortState | 'outside' | 'absent';

export interface FollowedPort {
  readonly state: FollowedState;
  /** Empty where the bridge filters none. */
  readonly vlans: readonly VlanMembership[];
}

export interface FollowedBridge {
  readonly vlanFiltering: boolean;
  /** Grows whenever a port begins or ends to forward, or the tree says that it has changed. */
  readonly topologyChanges: number;
  /** In the order asked for. */
  readonly ports: readonly FollowedPort[];
  /** Where PTP over UDP goes; absent where that is not asked for: everywhere. */
  readonly multicast?: MulticastDelivery;
}

export interface FollowerOptions {
  readonly bridge: string;
  readonly ports: readonly string[];
  /** Follow who listens to PTP's groups as well. */
  readonly pruneMulticast: boolean;
  readonly onChange: (state: FollowedBridge) => void;
  /** Something is amiss, for the operator. */
  readonly onTrouble: (line: string) => void;
}

/** By lines, else it says nothing for a long time. */
const monitorOfListeners = ['stdbuf', '-oL', 'bridge', 'monitor', 'mdb'];
/** What of it is of interest: others come and go all the time. */
const ofInterest = /224\.0\.1\.129|::181|router/;

/** `ip monitor` that ended is started again after so long: it ends when messages were lost, which then are asked for. */
const restartAfterMs = 100;

export class BridgeFollower {
  readonly #options: FollowerOptions;
  #state: FollowedBridge | undefined;
  /** By port: of the interface that was last in the bridge; another of that name has come back. */
  readonly #indices = new Map<string, number>();
  readonly #monitors = new Map<readonly string[], ChildProcessByStdio<null, Readable, null>>();
  readonly #pruning = new Pruning();
  #again: NodeJS.Timeout | undefined;
  #reading = false;
  #changed = false;
  #stopped = false;
  #lastTrouble = '';

  private constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /**
   * Resolves with what there is now; whatever changes from then on is told.
   * @throws BridgeError
   */
  static async start(options: FollowerOptions): Promise<BridgeFollower> {
    const follower = new BridgeFollower(options);
    follower.#watch(['ip', 'monitor', 'link']);
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
    for (const monitor of this.#monitors.values()) monitor.kill('SIGKILL');
  }

  /** It ends with this process, however that ends. */
  #watch(command: readonly string[], interest = /^/): void {
    const monitor = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: environmentWithSbin,
    });
    this.#monitors.set(command, monitor);
    monitor.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (interest.test(text)) void this.#refresh();
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

  /** One reading at a time, and another after it when something has changed meanwhile. */
  async #refresh(): Promise<void> {
    this.#changed = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#changed && !this.#stopped) {
      this.#changed = false;
      try {
        await this.#read();
        this.#lastTrouble = '';
      } catch (error) {
        this.#trouble(error);
      }
    }
    this.#reading = false;
  }

  async #read(): Promise<void> {
    const { bridge, ports, onChange } = this.#options;
    const [links, vlans] = await Promise.all([fetchLinks(), fetchVlans()]);
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
    await this.#rejoin(links.has(bridge) ? ports.map((name) => links.get(name)) : []);

    const before = this.#state;
    const moved =
      settings?.topologyChange === true ||
      before?.ports.some(
        ({ state }, index) =>
          (state === 'forwarding') !== (followed[index]?.state === 'forwarding'),
      ) === true;
    const topologyChanges = (before?.topologyChanges ?? 0) + (moved ? 1 : 0);
    const multicast = await this.#multicast(settings, followed);
    if (this.#stopped) return;
    this.#state = {
      ...{ vlanFiltering, topologyChanges, ports: followed },
      ...(multicast && { multicast }),
    };
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(this.#state)) {
      onChange(this.#state);
    }
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
      // Rounded down by the timer it would come a moment too soon.
      this.#again = setTimeout(() => void this.#refresh(), againInMs + 1);
    }
    return delivery;
  }

  /** An interface that vanished from the bridge and is there again, such as a USB adapter, is no port of it any more. */
  async #rejoin(links: readonly (Link | undefined)[]): Promise<void> {
    const { bridge } = this.#options;
    for (const link of links) {
      if (link === undefined) continue;
      const known = this.#indices.get(link.name);
      this.#indices.set(link.name, link.index);
      if (known === undefined || known === link.index || link.bridge !== undefined) continue;
      for (const command of joinCommands(bridge, link.name)) {
        await startProgram('ip', command.split(' '));
      }
    }
  }

  #trouble(error: unknown): void {
    const line = error instanceof Error ? error.message : String(error);
    if (line === this.#lastTrouble || this.#stopped) return;
    this.#lastTrouble = line;
    this.#options.onTrouble(line);
  }
}

function stateOf(link: Link | undefined, bridge: string): FollowedState {
  if (link === undefined) return 'absent';
  if (link.bridge !== bridge) return 'outside';
  return link.state ?? 'disabled';
}
