/**
 * The kernel bridge under a switch: set up before the switch forwards, and when it ends either left for the next start
 * (`onStop: keep`) or replaced by what was there before.
 */
import { BridgeFollower, type FollowedBridge } from '../../bridge/follow.js';
import { lowerBridge } from '../../bridge/lower.js';
import { ofBridge } from '../../bridge/programs.js';
import { raiseBridge, type RaisedBridge } from '../../bridge/raise.js';
import type { BridgeConfig, Config } from '../../config/config.js';
import type { Log } from '../machine/log.js';
import { Undo } from '../machine/undo.js';

interface Parts {
  readonly config: BridgeConfig;
  readonly log: Log;
  readonly raised: RaisedBridge;
  readonly follower: BridgeFollower;
}

export class SwitchBridge {
  readonly #parts: Parts;
  #started = false;
  #closed = false;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Sets the bridge up and follows it; undefined where the configuration has none.
   * @param onChange called with what the bridge decides from then on
   * @throws BridgeError, with what was there before restored
   */
  static async open(
    config: Config,
    log: Log,
    onChange: (state: FollowedBridge) => void,
  ): Promise<SwitchBridge | undefined> {
    const { bridge } = config;
    if (bridge === undefined) return undefined;
    const undo = new Undo();
    try {
      const raised = await raiseBridge(bridge, config.ports, () =>
        log.warn(`${bridge.name}: the rules that keep PTP frames out are gone: restart ptp-switch`),
      );
      undo.add(raised.undo);
      const follower = await BridgeFollower.start({
        bridge: bridge.name,
        ports: config.ports.map((port) => port.interface),
        pruneMulticast: bridge.pruneMulticast,
        onChange,
        onTrouble: (line) => log.warn(line),
      });
      for (const note of raised.notes) log.warn(note);
      const manner = bridge.existing ? 'joined' : 'raised';
      log.info(`${bridge.name}: ${manner} for ordinary traffic; PTP frames are kept out of it`);
      return new SwitchBridge({ config: bridge, log, raised, follower });
    } catch (error) {
      undo.runAfterFailure(log.warn);
      throw ofBridge(bridge.name, error);
    }
  }

  /** The state of the bridge now. */
  get state(): FollowedBridge {
    return this.#parts.follower.state;
  }

  /** The start has succeeded: from now on the end is the one that the configuration asks for. */
  started(): void {
    this.#started = true;
  }

  /** Before `started` undoes what the start has done. Idempotent. @throws BridgeError */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { config, log, raised, follower } = this.#parts;
    const { name, onStop } = config;
    follower.stop();
    if (!this.#started) return raised.undo();
    if (onStop === 'restore') return void lowerBridge(name, raised.ownedRules);
    // With onExit: block the rules have no owner, and stay.
    raised.ownedRules?.close();
    log.info(
      `${name}: stays for the next start (onStop: keep); ptp-switch bridge clean removes it`,
    );
  }
}
