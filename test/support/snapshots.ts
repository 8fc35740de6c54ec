/** Snapshots that tests of what is made of them start from. */
import type {
  ClockPortSnapshot,
  ClockSnapshot,
  ForeignMasterSnapshot,
  GrandmasterSnapshot,
  PortSnapshot,
  Snapshot,
} from '../../src/observe/snapshot.js';

const counterNames = [
  'timestamp.transmitMissing',
  'timestamp.receiveMissing',
  'drop.heldFull',
  'drop.recordsFull',
];
export const upperBoundsNs = [1e3, 1e6, 1e9];
const stride = counterNames.length + upperBoundsNs.length;

export function portSnapshot(name: string, part: Partial<PortSnapshot> = {}): PortSnapshot {
  return {
    interface: name,
    ...{ link: 'up', timestamping: 'hardware', timestampingReason: 'it has them' },
    ...{ hardwareClock: null, isolatedWith: null, bridgeState: null, linkDelays: [] },
    ...part,
  };
}

/** @param counts by port, by name of the counter; `residence.1` is bucket 1 of the histogram */
export function snapshot(
  part: Partial<Omit<Snapshot, 'counters'>> = {},
  counts: readonly Readonly<Record<string, number>>[] = [],
): Snapshot {
  const ports = part.ports ?? [portSnapshot('eth1'), portSnapshot('eth2')];
  const values = new Float64Array(stride * ports.length);
  for (const [port, ofPort] of counts.entries()) {
    for (const [name, value] of Object.entries(ofPort)) {
      const bucket = /^residence\.(\d)$/.exec(name)?.[1];
      const index =
        bucket === undefined ? counterNames.indexOf(name) : counterNames.length + Number(bucket);
      values[port * stride + index] = value;
    }
  }
  return {
    ...{
      monotonicNs: 0,
      unixMs: 0,
      clocks: [],
      transparentClocks: [],
      domains: [],
      unusable: [],
      failedRecords: 0,
    },
    ...{ ...part, ports },
    counters: {
      indexOf: new Map(counterNames.map((name, index) => [name, index])),
      ...{ stride, values },
      residence: { offset: counterNames.length, upperBoundsNs },
    },
  };
}

export const self = '020000.fffe.000001';
export const grandmaster = '001b19.fffe.000001';

function announced(grandmasterIdentity: string): GrandmasterSnapshot {
  return {
    ...{ grandmasterIdentity, priority1: 128, clockClass: 6, clockAccuracy: 0x21 },
    ...{ offsetScaledLogVariance: 0x4e5d, priority2: 128, stepsRemoved: 0 },
  };
}

export function foreignMaster(
  identity = grandmaster,
  part: Partial<ForeignMasterSnapshot> = {},
): ForeignMasterSnapshot {
  return {
    ...announced(identity),
    ...{ interface: 'eth1', portIdentity: `${identity}-1`, best: true, standing: 'followed' },
    ...{ standingText: 'followed', logAnnounceInterval: 0, ...part },
  };
}

export function clockPort(
  name: string,
  portState: string,
  part: Partial<ClockPortSnapshot> = {},
): ClockPortSnapshot {
  return {
    ...{ interface: name, portNumber: Number(name.slice(3)), transport: 'l2', vlan: null },
    ...{ portState, decision: null, meanLinkDelayNs: null, discarded: {}, ...part },
  };
}

/** In lock with `grandmaster` by eth1, master on eth2. */
export function clock(part: Partial<ClockSnapshot> = {}): ClockSnapshot {
  return {
    ...{ type: 'bc', slaveOnly: false, offsets: null },
    time: {
      ...{ utcOffset: 37, leapSecond: 'none' },
      ...{ timeTraceable: true, frequencyTraceable: true, ptpTimescale: true, timeSource: 0x20 },
    },
    ...{ name: 'bc of domain 0', domain: 0, sdoId: 0, vlan: null, clockIdentity: self },
    parent: { ...announced(grandmaster), portIdentity: `${grandmaster}-1`, interface: 'eth1' },
    ...{ lockState: 'locked', holdover: 'none', missing: [], offsetFromMasterNs: 12 },
    ...{ meanDelayNs: 300, ratePpb: 10, latestSyncAgeNs: 1e8 },
    ports: [clockPort('eth1', 'SLAVE'), clockPort('eth2', 'MASTER')],
    foreignMasters: [foreignMaster()],
    ...part,
  };
}

/** The same after it has lost its master. */
export function lostClock(part: Partial<ClockSnapshot> = {}): ClockSnapshot {
  return clock({
    parent: { ...announced(self), portIdentity: `${self}-0`, interface: null },
    ...{ lockState: 'holdover', holdover: 'unspecified', foreignMasters: [] },
    ...{ offsetFromMasterNs: null, meanDelayNs: null },
    ports: [clockPort('eth1', 'MASTER'), clockPort('eth2', 'MASTER')],
    ...part,
  });
}
