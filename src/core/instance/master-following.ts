/**
 * What a clock makes of the messages of its master: the receiver of the slave port measures, the timekeeper is steered by that,
 * and where a measurement stays away, or the clock is set, the role of the port follows (9.2.5, SYNCHRONIZATION_FAULT).
 */
import { erbestOfPort } from '../bmca/election.js';
import { isSlave } from '../bmca/port-state.js';
import type { SyncMeasurement } from '../exchange/sync-exchange.js';
import type { Output } from '../io.js';
import type { ClockPort } from '../port/clock-port.js';
import type { PortEvent, ReceivedMessage } from '../port/port.js';
import type { Measured } from '../port/receiving/receipts.js';
import type { Measurement } from '../port/receiving/receiver.js';
import { robustPathDelays } from '../port/receiving/receiver-state.js';
import type { Profile } from '../profile/profile.js';
import type { Instant } from '../time/instant.js';
import type { ClockDataSets } from './clock-data-sets.js';
import type { PortRoles } from './port-roles.js';
import type { Timekeeper } from './timekeeper.js';

export class MasterFollowing {
  readonly #roles: PortRoles;
  readonly #dataSets: ClockDataSets;
  readonly #timekeeper: Timekeeper;
  readonly #bestMaster: Profile['bestMaster'];

  constructor(
    roles: PortRoles,
    dataSets: ClockDataSets,
    timekeeper: Timekeeper,
    bestMaster: Profile['bestMaster'],
  ) {
    this.#roles = roles;
    this.#dataSets = dataSets;
    this.#timekeeper = timekeeper;
    this.#bestMaster = bestMaster;
  }

  /** The master is there, but its time is not: without a measurement there is no lock. */
  onReceiptTimeout(port: ClockPort, measured: Measured): readonly Output[] {
    if (!isSlave(port.portState)) return [];
    port.receiving.receiptExpired(measured);
    return this.#loseTime(port);
  }

  #loseTime(port: ClockPort): readonly Output[] {
    return [
      ...this.#roles.transition(port, 'SYNCHRONIZATION_FAULT'),
      ...this.#timekeeper.holdOver(),
      ...this.#roles.tellNews(),
    ];
  }

  /** Of the port that follows a master: Sync, Follow_Up or Delay_Resp. */
  onMessage(port: ClockPort, received: ReceivedMessage): readonly Output[] {
    const { message, ingressTimestamp } = received;
    if (message.messageType === 'Sync' && this.#dataSets.isOfParent(message)) {
      port.receiving.noteSync(message.header.logMessageInterval);
      if (ingressTimestamp !== undefined) this.#timekeeper.noteSync(ingressTimestamp);
    }
    return this.step(port, received);
  }

  /** A message, timer or transmit time stamp of the receiver of a port that follows a master. */
  step(port: ClockPort, event: Exclude<PortEvent, { kind: 'link' }>): readonly Output[] {
    const { outputs, measurement } = port.receiving.step(event);
    switch (measurement?.kind) {
      case undefined:
        return outputs;
      case 'pathDelay':
        return [...outputs, port.receiving.delayUsed()];
      case 'linkDelayUnknown':
        return [...outputs, ...this.#loseTime(port)];
      case 'sync':
        return [
          ...outputs,
          ...(measurement.first ? [port.receiving.delayUsed(true)] : []),
          ...this.#takeSync(port, measurement),
        ];
      case 'offset':
        // Peer to peer, the first Sync gives an offset; what it becomes until the next one, the rate has to be known for.
        return this.#timekeeper.rateKnown
          ? [...outputs, ...this.#steer(port, measurement)]
          : [...outputs, ...this.#takeSync(port, measurement)];
    }
  }

  /** A Sync that nothing can be steered by yet. */
  #takeSync(
    port: ClockPort,
    { sync, receivedAt }: { readonly sync: SyncMeasurement; readonly receivedAt: Instant },
  ): readonly Output[] {
    const used = port.receiving.syncUsed();
    return this.#timekeeper.takeSync(sync, receivedAt)
      ? [used, ...this.#restartMeasuring(port)]
      : [used];
  }

  /** None is good that was measured by a clock whose rate is not known: it is off by what that rate makes of the time between. */
  pathDelaysNeeded(): number {
    if (this.#timekeeper.hasLocked) return robustPathDelays;
    return this.#timekeeper.rateKnown ? 1 : Infinity;
  }

  /** One offset from the parent: what the servo makes of it. */
  #steer(
    port: ClockPort,
    measurement: Extract<Measurement, { kind: 'offset' }>,
  ): readonly Output[] {
    const { sync, receivedAt, offsetFromMaster, meanPathDelay: meanDelay } = measurement;
    const { currentDS } = this.#dataSets;
    this.#dataSets.currentDS = { ...currentDS, offsetFromMaster, meanDelay };
    const { steering, outputs } = this.#timekeeper.steer(sync, receivedAt, meanDelay);
    switch (steering) {
      case 'ignored':
        return [...outputs, port.receiving.noteOutlier()];
      case 'set':
        return [...outputs, port.receiving.syncUsed(), ...this.#restartMeasuring(port)];
      case 'steered':
        return [
          ...outputs,
          port.receiving.syncUsed(),
          ...(this.#timekeeper.lockState === 'locked'
            ? this.#roles.transition(port, 'MASTER_CLOCK_SELECTED')
            : []),
          ...this.#roles.tellNews(),
        ];
    }
  }

  /** What was measured before the clock was set does not go with what comes after. */
  #restartMeasuring(port: ClockPort): readonly Output[] {
    const parent = erbestOfPort(this.#bestMaster, port, this.#dataSets.parentDS.parentPortIdentity);
    return [
      ...this.#roles.transition(port, 'SYNCHRONIZATION_FAULT'),
      ...(parent === undefined ? [] : port.follow(parent)),
    ];
  }
}
