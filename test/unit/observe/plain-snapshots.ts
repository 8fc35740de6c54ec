/** Snapshots as they are looked at once a second, in plain numbers: what is not said is as in a switch that is well. */
import type {
  ClockPortSnapshot,
  ClockSnapshot,
  CounterSnapshot,
  ForeignMasterSnapshot,
  GrandmasterSnapshot,
  PortSnapshot,
  Snapshot,
} from '../../../src/observe/snapshot.js';

export const upperBoundsNs = [999, 9_999, 99_999, 999_999, 99_999_999];

const names = [
  ...['rx.Sync', 'rx.Delay_Req', 'tx.Sync', 'tx.Delay_Req'],
  ...['drop.linkDown', 'drop.correctionUnknown', 'drop.sendFailed', 'drop.badVersion'],
  ...['timestamp.receiveMissing', 'timestamp.transmitMissing', 'residence.maxNs'],
];

/** Counters of some ports, to be counted up. */
export class PlainCounters {
  readonly snapshot: CounterSnapshot;

  constructor(ports: number) {
    const stride = names.length + upperBoundsNs.length;
    this.snapshot = {
      indexOf: new Map(names.map((name, index) => [name, index])),
      ...{ stride, residence: { offset: names.length, upperBoundsNs } },
      values: new Float64Array(ports * stride),
    };
  }

  count(port: number, name: string, by = 1): void {
    const { indexOf, stride, values } = this.snapshot;
    const index = indexOf.get(name);
    if (index === undefined) throw new Error(`no counter ${name}`);
    values[port * stride + index]! += by;
  }

  measure(port: number, residenceNs: number, messages = 1): void {
    const { indexOf, stride, values } = this.snapshot;
    const bucket = upperBoundsNs.findIndex((bound) => residenceNs <= bound);
    values[port * stride + names.length + bucket]! += messages;
    const max = port * stride + (indexOf.get('residence.maxNs') ?? 0);
    if (messages > 0) values[max] = Math.max(values[max]!, residenceNs);
  }
}

export function plainPort(name: string, changed: Partial<PortSnapshot> = {}): PortSnapshot {
  return {
    interface: name,
    link: 'up',
    timestamping: 'hardware',
    timestampingReason: 'of the NIC',
    hardwareClock: { related: true, offsetNs: 37e9, ratePpb: 120, uncertaintyNs: 4 },
    isolatedWith: null,
    bridgeState: null,
    linkDelays: [],
    ...changed,
  };
}

export const goodGrandmaster: GrandmasterSnapshot = {
  grandmasterIdentity: '001b19.fffe.000001',
  ...{ priority1: 128, clockClass: 6, clockAccuracy: 0x21, offsetScaledLogVariance: 0x4e5d },
  ...{ priority2: 128, stepsRemoved: 0 },
};

export function plainMaster(
  name: string,
  changed: Partial<ForeignMasterSnapshot> = {},
): ForeignMasterSnapshot {
  return {
    ...goodGrandmaster,
    interface: name,
    portIdentity: '001b19.fffe.000001-1',
    ...{ best: true, standing: 'followed', standingText: 'followed', logAnnounceInterval: 1 },
    ...changed,
  };
}

export function plainClockPort(
  name: string,
  changed: Partial<ClockPortSnapshot> = {},
): ClockPortSnapshot {
  return {
    ...{ interface: name, portNumber: 1, transport: 'l2', vlan: null, portState: 'SLAVE' },
    ...{ decision: null, meanLinkDelayNs: null, discarded: {} },
    ...changed,
  };
}

/** A boundary clock of domain 24 that follows a good grandmaster by eth1. */
export function plainClock(changed: Partial<ClockSnapshot> = {}): ClockSnapshot {
  const winner = { ...goodGrandmaster, sender: '001b19.fffe.000001-1', interface: 'eth1' };
  return {
    ...{ name: 'bc of domain 24', type: 'bc', domain: 24, sdoId: 0, vlan: null },
    ...{ clockIdentity: '020000.fffe.000001', slaveOnly: false },
    time: {
      ...{ utcOffset: 37, leapSecond: 'none', timeTraceable: true, frequencyTraceable: true },
      ...{ ptpTimescale: true, timeSource: 0x20 },
    },
    parent: { ...goodGrandmaster, portIdentity: '001b19.fffe.000001-1', interface: 'eth1' },
    ...{ lockState: 'locked', holdover: 'none', missing: [] },
    ...{ offsetFromMasterNs: -12, meanDelayNs: 312, ratePpb: 10_081, latestSyncAgeNs: 40e6 },
    offsets: { count: 8, sumOfSquares: 8 * 24 ** 2, minNs: -61, maxNs: 40 },
    ports: [
      plainClockPort('eth1', { decision: { code: 'S1', winner } }),
      plainClockPort('eth2', {
        ...{ portNumber: 2, portState: 'MASTER', decision: { code: 'M3', winner } },
      }),
    ],
    foreignMasters: [plainMaster('eth1')],
    ...changed,
  };
}

/** @param second since the switch has begun to be looked at */
export function plainSnapshot(second: number, changed: Partial<Snapshot> = {}): Snapshot {
  return {
    monotonicNs: 5.4e9 + second * 1e9,
    unixMs: Date.UTC(2026, 0, 1) + second * 1000,
    ports: [plainPort('eth1'), plainPort('eth2')],
    counters: new PlainCounters(changed.ports?.length ?? 2).snapshot,
    ...{ clocks: [], transparentClocks: [], domains: [], unusable: [], failedRecords: 0 },
    ...changed,
  };
}
