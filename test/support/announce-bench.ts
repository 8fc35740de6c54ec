/** A clock of two ports that gets Announce messages and timers one by one. */
import { Clock, type ClockSettings } from '../../src/core/instance/clock.js';
import type { ClockPortSettings } from '../../src/core/port/clock-port-settings.js';
import type { Output } from '../../src/core/io.js';
import { defaultProfile } from '../../src/core/profile/default.js';
import { defaultServoSettings } from '../../src/core/servo/servo.js';
import { clockIdentity } from '../../src/core/time/identity.js';
import { zeroTimeInterval } from '../../src/core/time/time-interval.js';
import type { AnnounceBody } from '../../src/core/wire/messages/announce.js';
import type { Header } from '../../src/core/wire/header.js';
import { encode } from '../../src/core/wire/message.js';
import { announceFrom, portIdentityOf } from './announces.js';

export const own = 50n;
/** Better than the clock, by priority1. */
export const good = { grandmasterPriority1: 10 };
export const better = { grandmasterPriority1: 1 };
export const worse = { grandmasterPriority1: 200 };

export class AnnounceBench {
  #sequenceId = 0;
  readonly clock: Clock;

  /** Two ports, both links up unless said otherwise. */
  constructor(
    port: Partial<ClockPortSettings> = {},
    clockClass = 248,
    settings: Partial<ClockSettings> = {},
    linksUp = true,
  ) {
    this.clock = new Clock({
      profile: defaultProfile,
      defaultDS: {
        clockIdentity: clockIdentity(own),
        numberPorts: 2,
        clockQuality: { clockClass, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff },
        ...{ priority1: 128, priority2: 128, domainNumber: 0, sdoId: 0, slaveOnly: false },
      },
      ports: [0, 1].map((index) => ({
        port: index,
        ...{ transport: 'l2', delayMechanism: 'e2e', delayAsymmetry: zeroTimeInterval },
        ...{ logAnnounceInterval: 0, announceReceiptTimeout: 3, masterOnly: false },
        ...{ logSyncInterval: 0, logMinDelayReqInterval: 0, logMinPdelayReqInterval: 0 },
        ...port,
      })),
      ...{ pathTrace: false, servo: defaultServoSettings, random: () => 0.5 },
      ...settings,
    });
    for (const index of linksUp ? [0, 1] : [])
      this.clock.step({ kind: 'link', port: index, up: true });
  }

  announce(
    port: number,
    source: bigint,
    body: Partial<AnnounceBody> = {},
    header: Partial<Header> = {},
    toUnicast = false,
  ): readonly Output[] {
    return this.clock.step({
      kind: 'message',
      port,
      message: encode(
        announceFrom(portIdentityOf(source), body, { sequenceId: ++this.#sequenceId, ...header }),
      ),
      source: { kind: 'unicast', mac: '02:00:00:00:00:01' },
      toUnicast,
    });
  }

  /** Often enough to qualify. */
  qualify(port: number, source: bigint, body: Partial<AnnounceBody> = {}): readonly Output[] {
    return [...this.announce(port, source, body), ...this.announce(port, source, body)];
  }

  timer(name: string): readonly Output[] {
    return this.clock.step({ kind: 'timer', timer: name });
  }

  states(): readonly string[] {
    return this.clock.state().ports.map(({ portState }) => portState);
  }

  standings(): readonly string[] {
    return this.clock.state().foreignMasters.map(({ standing }) => standing);
  }

  get grandmaster(): bigint {
    return this.clock.state().parentDS.grandmasterIdentity;
  }
}

export const reasons = (outputs: readonly Output[]) =>
  outputs.flatMap((output) => (output.kind === 'discarded' ? [output.reason] : []));

export const timer = (outputs: readonly Output[], name: string) =>
  outputs.findLast(
    (output) =>
      (output.kind === 'setTimer' || output.kind === 'cancelTimer') && output.timer === name,
  );
