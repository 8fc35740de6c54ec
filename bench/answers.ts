/**
 * How long the event loop is taken by one answer: to a management message, or to a program that asks for the state, of a boundary
 * clock of many ports after minutes of history. Without sockets: a clock in this process, whose time is simulated.
 */
import { performance } from 'node:perf_hooks';
import { ManagedBoundaryClock } from '../src/core/management/managed-boundary-clock.js';
import { defaultProfile } from '../src/core/profile/default.js';
import { defaultServoSettings } from '../src/core/servo/servo.js';
import type { PortIdentity } from '../src/core/time/identity.js';
import { instantFromNs } from '../src/core/time/instant.js';
import { zeroTimeInterval } from '../src/core/time/time-interval.js';
import { decode, encode, type Message } from '../src/core/wire/message.js';
import { clockStatusOf } from '../src/daemon/status/clock-status.js';
import { RandomStream } from '../src/native/virtual/random.js';
import { announceFrom, headerFrom, portIdentityOf } from '../test/support/announces.js';
import { facts, ownIdentity, requestOctets } from '../test/support/managed-clocks.js';
import { timestampOf } from '../test/support/peer-delay.js';
import type { Measurements } from './measurements.js';
import { ANSWERING_PORTS, ANSWERS, metric, type Answer } from './metrics.js';

const SUBJECT = 'ptp-switch';
const HISTORY_SECONDS = 20 * 60;
const SYNCS_PER_SECOND = 16;
const NS_PER_SYNC = 1_000_000_000n / BigInt(SYNCS_PER_SECOND);
const SYNCS_PER_ANNOUNCE = 2 * SYNCS_PER_SECOND;
/** So much may a time stamp be late. */
const NOISE_NS = 400;
const CABLE_NS = 5_000n;
const source = { kind: 'unicast', mac: '02:00:00:00:00:02' } as const;
const grandmaster = portIdentityOf(1n);

export interface AnswerCounts {
  readonly answers: number;
}

/** The 99th percentile of each kind, so many of each. */
export function measureAnswers(
  measurements: Measurements,
  { answers }: AnswerCounts,
  seed: number,
): void {
  const clock = new FollowingClock(seed);
  clock.live(HISTORY_SECONDS);
  for (const answer of ANSWERS) {
    const ask = clock.asking(answer);
    const taken = Array.from({ length: answers }, () => {
      const start = performance.now();
      ask();
      return performance.now() - start;
    }).toSorted((a, b) => a - b);
    const rank = (share: number) => taken[Math.floor(share * (answers - 1))] ?? NaN;
    measurements.add(metric.answer(answer, 'p50'), SUBJECT, rank(0.5));
    measurements.add(metric.answer(answer, 'p99'), SUBJECT, rank(0.99));
  }
}

/** A boundary clock that follows a grandmaster by its first port and is master at all others. */
class FollowingClock {
  readonly #managed = boundaryClock();
  readonly #random: RandomStream;
  #ns = 1_000_000_000_000n;
  #sequenceId = 0;

  constructor(seed: number) {
    this.#random = new RandomStream(seed, 'answers');
    for (let port = 0; port < ANSWERING_PORTS; port++) {
      this.#managed.step({ kind: 'link', port, up: true });
      if (port > 0) this.#managed.step({ kind: 'timer', timer: `${port}/announceReceipt` });
    }
  }

  live(seconds: number): void {
    for (let sync = 0; sync < seconds * SYNCS_PER_SECOND; sync++) {
      this.#ns += NS_PER_SYNC;
      if (sync % SYNCS_PER_ANNOUNCE === 0) this.#announce();
      this.#sync(sync);
      if (sync % SYNCS_PER_SECOND === SYNCS_PER_SECOND / 2) this.#measurePath();
    }
    const { lockState } = this.#managed.clock.state();
    if (lockState !== 'locked') throw new Error(`the clock is ${lockState}, not locked`);
  }

  asking(answer: Answer): () => void {
    if (answer === 'status') return () => void this.#status();
    const message = requestOctets({ id: answer });
    return () => {
      const outputs = this.#managed.step({
        ...{ kind: 'message', port: 1, message, source, toUnicast: false },
      });
      if (outputs.length === 0) throw new Error(`${answer}: no answer`);
    };
  }

  #status(): string {
    const ports = Array.from({ length: ANSWERING_PORTS }, (_, port) => ({
      ...{ interface: `eth${port}`, discarded: {} },
    }));
    const known = { notTaken: [], source: 'system', kind: 'virtual', steered: [] } as const;
    const state = this.#managed.clock.state();
    return JSON.stringify(clockStatusOf(state, { instance: 'bc', ...known }, ports, 0));
  }

  #announce(): void {
    const sequenceId = this.#sequenceId++;
    const header = { sequenceId, logMessageInterval: 1 };
    this.#receive(announceFrom(grandmaster, { grandmasterPriority1: 1 }, header));
  }

  #sync(sequenceId: number): void {
    const header = headerFrom(grandmaster, {
      ...{ sequenceId: sequenceId & 0xffff, flagField: 0 },
      logMessageInterval: -Math.log2(SYNCS_PER_SECOND),
    });
    this.#receive(
      { messageType: 'Sync', header, originTimestamp: timestampOf(this.#ns), tlvs: [] },
      this.#ns + CABLE_NS + this.#noise(),
    );
  }

  #measurePath(): void {
    const sentAt = this.#ns + 100_000n;
    for (const output of this.#managed.step({ kind: 'timer', timer: '0/delayReq' })) {
      if (output.kind !== 'sendEvent') continue;
      const { context, message } = output;
      const egressTimestamp = instantFromNs(sentAt);
      this.#managed.step({ kind: 'transmitTimestamp', port: 0, context, egressTimestamp });
      const request = decode(message);
      if (!request.ok) throw new Error('a Delay_Req of ours cannot be read');
      const { sequenceId, sourcePortIdentity } = request.message.header;
      this.#receive(delayResp(sequenceId, sourcePortIdentity, sentAt + CABLE_NS + this.#noise()));
    }
  }

  #receive(message: Message, at?: bigint): void {
    this.#managed.step({
      ...{ kind: 'message', port: 0, message: encode(message), source, toUnicast: false },
      ...(at !== undefined && { ingressTimestamp: instantFromNs(at) }),
    });
  }

  #noise(): bigint {
    return BigInt(Math.floor(this.#random.uniform() * NOISE_NS));
  }
}

function delayResp(
  sequenceId: number,
  requestingPortIdentity: PortIdentity,
  receivedAt: bigint,
): Message {
  return {
    messageType: 'Delay_Resp',
    header: headerFrom(grandmaster, { sequenceId, logMessageInterval: 0 }),
    receiveTimestamp: timestampOf(receivedAt),
    ...{ requestingPortIdentity, tlvs: [] },
  };
}

function boundaryClock(): ManagedBoundaryClock {
  const clockQuality = { clockClass: 248, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff };
  return new ManagedBoundaryClock(
    {
      profile: defaultProfile,
      defaultDS: {
        ...{ clockIdentity: ownIdentity, numberPorts: ANSWERING_PORTS, clockQuality },
        ...{ priority1: 100, priority2: 101, domainNumber: 0, sdoId: 0, slaveOnly: false },
      },
      ports: Array.from({ length: ANSWERING_PORTS }, (_, port) => ({
        ...{ port, transport: 'l2', delayMechanism: 'e2e', delayAsymmetry: zeroTimeInterval },
        ...{ logAnnounceInterval: 1, announceReceiptTimeout: 3, logSyncInterval: 0 },
        ...{ logMinDelayReqInterval: 0, logMinPdelayReqInterval: 0, masterOnly: false },
      })),
      ...{ pathTrace: false, servo: defaultServoSettings, random: () => 0.5 },
    },
    { allowSet: false, facts },
  );
}
