/** Reports as the lab makes them around a boundary clock. */
import { boundaryReceivers, grandmasters } from '../../../src/lab/topologies/boundary-topology.js';
import type { BoundaryLabReport } from '../../../src/lab/report/report.js';

const states = ['SLAVE', 'MASTER', 'MASTER', 'MASTER', 'MASTER'] as const;
const identities = ['020000.fffe.00000a', '020000.fffe.00000b'] as const;

export const boundaryReport: BoundaryLabReport = {
  type: 'bc',
  elapsedSeconds: 15.02,
  syncPerSecond: 16,
  grandmasterRatePpb: 10_000,
  grandmasters: grandmasters.map(({ name, title, switchPort, priority1 }, index) => ({
    ...{ name, title, switchPort, priority1 },
    clockIdentity: identities[index] ?? '',
    running: true,
    heard: true,
  })),
  clock: {
    instance: 'bc of domain 0',
    notTaken: [],
    clockIdentity: '020000.fffe.000001',
    sdoId: 0,
    domainNumber: 0,
    priority1: 128,
    priority2: 128,
    clockQuality: { clockClass: 248, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff },
    stepsRemoved: 1,
    offsetFromMasterNs: -312.4,
    meanDelayNs: 4_100,
    lockState: 'locked',
    holdover: 'none',
    servo: 'pi',
    missing: [],
    lockReason: 'the offsets are small',
    offsets: {},
    clock: 'virtual',
    timeFrom: 'master',
    steered: [],
    aheadOfSystemClockNs: 17_900e9,
    ratePpb: 10_012.3,
    ports: states.map((portState, index) => ({
      interface: `p${index + 1}`,
      portIdentity: `020000.fffe.000001-${index + 1}`,
      portState,
      discarded: {},
    })),
  },
  followed: 'gm-a',
  receivers: boundaryReceivers.map(({ name, title, switchPort }) => ({
    ...{ name, title, switchPort },
    samples: 240,
    latestNs: -420,
    error: { medianNs: 510, p99Ns: 3_100, worstNs: 4_200 },
  })),
  total: { samples: 720, error: { medianNs: 510, p99Ns: 3_100, worstNs: 4_200 } },
  failover: null,
};

const schedule = { killAfterSeconds: 5, returnAfterSeconds: 10 };

export const beforeFailover: BoundaryLabReport = {
  ...boundaryReport,
  failover: { ...schedule, loss: null, return: null },
};

const [better, other] = boundaryReport.grandmasters;
if (better === undefined || other === undefined) throw new Error('a failover takes two');

export const justKilled: BoundaryLabReport = {
  ...boundaryReport,
  grandmasters: [{ ...better, running: false }, other],
  failover: {
    ...schedule,
    loss: { atSeconds: 5.01, followedAfterMs: null, lockedAfterMs: null, worstErrorNs: null },
    return: null,
  },
};

export const afterFailover: BoundaryLabReport = {
  ...boundaryReport,
  failover: {
    ...schedule,
    loss: { atSeconds: 5.01, followedAfterMs: 1480, lockedAfterMs: 2210, worstErrorNs: 3_900 },
    return: { atSeconds: 10, followedAfterMs: 1190, lockedAfterMs: null, worstErrorNs: 2_100 },
  },
};
