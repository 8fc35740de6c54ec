/** The kernel bridge under a switch: raised before the switch forwards, lowered after it. */
import { lowerBridge } from '../bridge/lower.js';
import { raiseBridge, type RaisedBridge } from '../bridge/raise.js';
import type { BridgeConfig, Config } from '../config/config.js';
import type { Log } from './switch.js';

export class SwitchBridge {
  readonly #bridge: BridgeConfig;
  readonly #raised: RaisedBridge;

  private constructor(bridge: BridgeConfig, raised: RaisedBridge) {
    this.#bridge = bridge;
    this.#raised = raised;
  }

  /**
   * Sets the bridge up; undefined where the configuration has none.
   * @throws BridgeError, with what was there before restored
   */
  static async open(config: Config, log: Log): Promise<SwitchBridge | undefined> {
    const { bridge } = config;
    if (bridge === undefined) return undefined;
    const raised = await raiseBridge(bridge, config.ports, () =>
      log.warn(`${bridge.name}: the rules that keep PTP frames out are gone: restart ptp-switch`),
    );
    for (const note of raised.notes) log.warn(note);
    const manner = bridge.existing ? 'joined' : 'raised';
    log.info(`${bridge.name}: ${manner} for ordinary traffic; PTP frames are kept out of it`);
    return new SwitchBridge(bridge, raised);
  }

  /** Restores what was there before. Idempotent. */
  close(): void {
    lowerBridge(this.#bridge.name, this.#raised.ownedRules);
  }
}
