/** A clock does by its profile alone: with other values in it, it does otherwise. */
import { describe, expect, test } from 'vitest';
import { compareDataSets } from '../../../../src/core/bmca/comparison.js';
import { Clock } from '../../../../src/core/instance/clock.js';
import type { Output } from '../../../../src/core/io.js';
import { ManagedBoundaryClock } from '../../../../src/core/management/managed-boundary-clock.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import type { MeasurementLimits, Profile } from '../../../../src/core/profile/profile.js';
import { defaultServoSettings } from '../../../../src/core/servo/servo.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { durationNs, instantFromNs } from '../../../../src/core/time/instant.js';
import { zeroTimeInterval } from '../../../../src/core/time/time-interval.js';
import { messageTypeCodes, type Header } from '../../../../src/core/wire/header.js';
import type { AnnounceBody } from '../../../../src/core/wire/messages/announce.js';
import { encode, type Message } from '../../../../src/core/wire/message.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';
import { facts } from '../../../support/managed-clocks.js';
import { decoded, PortUnderTest, reasons } from '../../../support/peer-delay.js';

const { bestMaster, defaultDS, peerDelay, portDS } = defaultProfile;
const better = { grandmasterPriority1: 1 };
const whole = { action: 'SET', portNumber: 1 } as const;

function settings(change: Partial<Profile>, clockClass = 248) {
  return {
    profile: { ...defaultProfile, ...change },
    defaultDS: {
      ...{ clockIdentity: clockIdentity(50n), numberPorts: 2, priority1: 128, priority2: 128 },
      clockQuality: { clockClass, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff },
      ...{ domainNumber: 0, sdoId: 0, slaveOnly: false },
    },
    ports: [0, 1].map((port) => ({
      ...{ port, transport: 'l2' as const, delayMechanism: 'e2e' as const },
      ...{ delayAsymmetry: zeroTimeInterval, masterOnly: false, announceReceiptTimeout: 3 },
      ...{ logAnnounceInterval: 0, logSyncInterval: -3 },
      ...{ logMinDelayReqInterval: 0, logMinPdelayReqInterval: 0 },
    })),
    ...{ pathTrace: false, servo: defaultServoSettings, random: () => 0.5 },
  };
}

class Bench {
  readonly clock: Clock;
  #sequenceId = 0;

  /** Both links up. */
  constructor(
    change: Partial<Profile>,
    clockClass?: number,
    measurement: Partial<MeasurementLimits> = {},
  ) {
    this.clock = new Clock({ ...settings(change, clockClass), measurement });
    for (const port of [0, 1]) this.clock.step({ kind: 'link', port, up: true });
  }

  announce(source: bigint, body: Partial<AnnounceBody> = {}): readonly Output[] {
    const sequenceId = ++this.#sequenceId;
    return this.receive(announceFrom(portIdentityOf(source), body, { sequenceId }));
  }

  /** So that the source qualifies by the default profile. */
  announceTwice(source: bigint, body: Partial<AnnounceBody>): void {
    this.announce(source, body);
    this.announce(source, body);
  }

  receive(message: Message, ingressNs?: bigint): readonly Output[] {
    return this.clock.step({
      ...{ kind: 'message', port: 0, message: encode(message), toUnicast: false },
      source: { kind: 'unicast', mac: '02:00:00:00:00:01' },
      ...(ingressNs !== undefined && { ingressTimestamp: instantFromNs(ingressNs) }),
    });
  }

  get state(): string | undefined {
    return this.clock.state().ports[0]?.portState;
  }

  get grandmaster(): bigint {
    return this.clock.state().parentDS.grandmasterIdentity;
  }
}

describe('the best master', () => {
  test('is taken seriously from the foreignMasterThreshold on', () => {
    const states = [1, 2, 3].map((foreignMasterThreshold) => {
      const bench = new Bench({ bestMaster: { ...bestMaster, foreignMasterThreshold } });
      return [1, 2, 3].map(() => {
        bench.announce(1n, better);
        return bench.state === 'UNCALIBRATED';
      });
    });
    expect(states).toEqual([
      [true, true, true],
      [false, true, true],
      [false, false, true],
    ]);
  });

  test('is forgotten after the foreignMasterTimeWindow', () => {
    const bench = new Bench({ bestMaster: { ...bestMaster, foreignMasterTimeWindow: 1 } });
    bench.announce(1n, better);
    bench.clock.step({ kind: 'timer', timer: '0/stateDecision' });
    bench.announce(1n, better);
    expect(bench.state).toBe('LISTENING');
  });

  test('is no further away than maxStepsRemoved', () => {
    const bench = new Bench({ bestMaster: { ...bestMaster, maxStepsRemoved: 3 } });
    expect(reasons(bench.announce(1n, { stepsRemoved: 2 }))).toEqual([]);
    expect(reasons(bench.announce(1n, { stepsRemoved: 3 }))).toEqual(['unqualifiedAnnounce']);
  });

  test('a clock becomes, beside a worse one, after the qualificationIntervals', () => {
    const states = [0, 1].map((intervals) => {
      const qualificationIntervals = () => intervals;
      const bench = new Bench({ bestMaster: { ...bestMaster, qualificationIntervals } });
      bench.announceTwice(1n, { grandmasterPriority1: 200 });
      return bench.state;
    });
    expect(states).toEqual(['MASTER', 'PRE_MASTER']);
  });

  test('is found by the comparison of the profile', () => {
    const found = [compareDataSets, swapped].map((compare) => {
      const bench = new Bench({ bestMaster: { ...bestMaster, compareDataSets: compare } });
      for (const clock of [1n, 2n]) {
        const grandmasterIdentity = clockIdentity(clock);
        const grandmasterPriority1 = 130 + Number(clock);
        bench.announceTwice(clock, { grandmasterIdentity, grandmasterPriority1 });
      }
      return bench.grandmaster;
    });
    // Both are worse than the clock; the other way round they are better, and the second the best.
    expect(found).toEqual([50n, 2n]);
  });

  test('is followed by clocks of a class beyond lastClassThatFollowsNobody', () => {
    const states = [127, 99].map((lastClassThatFollowsNobody) => {
      const bench = new Bench({ bestMaster: { ...bestMaster, lastClassThatFollowsNobody } }, 100);
      bench.announceTwice(1n, better);
      return bench.state;
    });
    expect(states).toEqual(['PASSIVE', 'UNCALIBRATED']);
  });
});

function swapped(...[a, b]: Parameters<typeof compareDataSets>) {
  return compareDataSets(b, a);
}

test('offsets may stay away for a time that goes by what the Syncs tell, within limits', () => {
  const timeouts = (change: Partial<Profile>, measurement: Partial<MeasurementLimits> = {}) =>
    [-3, 0, 4].map((logMessageInterval) => {
      const bench = new Bench(change, undefined, measurement);
      const { header: heard } = announceFrom(portIdentityOf(1n));
      bench.announceTwice(1n, better);
      const sync: Message = {
        messageType: 'Sync',
        header: { ...heard, logMessageInterval } satisfies Header,
        originTimestamp: { secondsField: 0, nanosecondsField: 0 },
        tlvs: [],
      };
      const timers = bench
        .receive(sync, 5n)
        .flatMap((output) => (output.kind === 'setTimer' ? [output] : []));
      return timers.find(({ timer }) => timer === '0/syncReceipt')?.after;
    });
  // No master stretches it beyond 10 s (W18).
  expect(timeouts({})).toEqual([3e9, 6e9, 10e9]);
  const change = {
    measurement: { ...defaultProfile.measurement, minSyncReceiptTimeout: durationNs(1e8) },
    believableLogInterval: { min: -7, max: 3 },
  };
  // What is not believed is the port's own.
  expect(timeouts(change)).toEqual([750e6, 6e9, 750e6]);
  const keys = { syncReceiptTimeout: 3, maxSyncReceiptTimeout: durationNs(2e9) };
  expect(timeouts({}, { ...keys, minSyncReceiptTimeout: durationNs(1e9) })).toEqual([
    1e9, 2e9, 2e9,
  ]);
});

test('every message tells the versions of the profile', () => {
  const clock = new Clock(
    settings({
      header: { minorVersionPTP: 0, controlFieldOf: (type) => messageTypeCodes[type] + 1 },
    }),
  );
  clock.step({ kind: 'link', port: 0, up: true });
  const sent = clock
    .step({ kind: 'timer', timer: '0/announceReceipt' })
    .flatMap((output) => ('message' in output ? [decoded(output.message)] : []));
  expect(
    sent.map(({ messageType, header: { minorVersionPTP, controlField } }) => [
      ...[messageType, minorVersionPTP, controlField],
    ]),
  ).toEqual([
    ['Announce', 0, 12],
    ['Sync', 0, 1],
  ]);
});

describe('a link', () => {
  test('counts as unmeasured after more than allowedLostResponses', () => {
    const profile = { ...defaultProfile, peerDelay: { ...peerDelay, allowedLostResponses: 1 } };
    const port = new PortUnderTest({ profile });
    port.answer(port.link(true), 500n);
    port.nextRequest(); // was answered
    port.nextRequest();
    expect(port.port.linkDelay().kind).toBe('measured');
    port.nextRequest();
    expect(port.port.linkDelay().kind).toBe('unmeasured');
  });

  test('has no delay beyond the range', () => {
    const meanLinkDelayNs = { min: 0, max: 800 };
    const profile = { ...defaultProfile, peerDelay: { ...peerDelay, meanLinkDelayNs } };
    const [within, beyond] = [800n, 802n].map((delayNs) => {
      const port = new PortUnderTest({ profile });
      return reasons(port.answer(port.link(true), delayNs));
    });
    expect([within, beyond]).toEqual([[], ['linkDelayOutOfRange']]);
  });
});

test('management sets nothing that the profile does not allow', () => {
  const managed = new ManagedBoundaryClock(
    settings({
      defaultDS: { ...defaultDS, priority1: { default: 128, min: 128, max: 128 } },
      portDS: { ...portDS, logSyncInterval: { default: -4, min: -4, max: -4 } },
    }),
    { allowSet: true, facts },
  );
  const kinds = [
    managed.manage({ ...whole, id: 'PRIORITY1', data: { priority1: 127 } }),
    managed.manage({ ...whole, id: 'PRIORITY2', data: { priority2: 127 } }),
    managed.manage({ ...whole, id: 'LOG_SYNC_INTERVAL', data: { logSyncInterval: -3 } }),
  ].map(({ results }) => results[0]?.kind);
  expect(kinds).toEqual(['error', 'data', 'error']);
});
