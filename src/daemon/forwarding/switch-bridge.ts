/**
 * The kernel bridge under a switch: set up before the switch forwards, and restored to what was there before when it
 * ends.
 */
import { BridgeFollower, type FollowedBridge } from '../../bridge/follow.js';
import { lowerBridge } from '../../bridge/lower.js';
import { raiseBridge } from '../../bridge/raise.js';
import type { Config } from '../../config/config.js';
import type { Log } from '../machine/log.js';
import { Undo } from '../machine/undo.js';

export class SwitchBridge {
  readonly #follower: BridgeFollower;
  readonly #undo: Undo;

  private constructor(follower: BridgeFollower, undo: Undo) {
    this.#follower = follower;
    this.#undo = undo;
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
      undo.add(() => lowerBridge(bridge.name, raised.ownedRules));
      const follower = await BridgeFollower.start({
        bridge: bridge.name,
        ports: config.ports.map((port) => port.interface),
        pruneMulticast: bridge.pruneMulticast,
        onChange,
        onTrouble: (line) => log.warn(line),
      });
      undo.add(() => follower.stop());
      for (const note of raised.notes) log.warn(note);
      const manner = bridge.existing ? 'joined' : 'raised';
      log.info(`${bridge.name}: ${manner} for ordinary traffic; PTP frames are kept out of it`);
      return new SwitchBridge(follower, undo);
    } catch (error) {
      undo.runAfterFailure(log.warn);
      throw error;
    }
  }

  /** The state of the bridge now. */
  get state(): FollowedBridge {
    return this.#follower.state;
  }

  /** Restores what was there before. Idempotent. */
  close(): void {
    this.#undo.run();
  }
}
