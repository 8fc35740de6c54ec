/** Reports as the lab makes them. */
import type { LabReport } from '../../../src/lab/report/report.js';
import { receivers, stations } from '../../../src/lab/topologies/topology.js';

const residenceNs = { count: 2, min: 60_000, mean: 80_000, p50: 75_000, p99: 91_000, max: 92_000 };
const errors = {
  samples: 160,
  corrected: { medianNs: 850, p99Ns: 1_900, worstNs: 2_100 },
  uncorrected: { medianNs: 102_000, p99Ns: 410_000, worstNs: 700_000 },
};

export const report: LabReport = {
  type: 'e2e-tc',
  elapsedSeconds: 10.02,
  syncPerSecond: 16,
  load: { burstsPerSecond: 32, maxBurstMessages: 64 },
  total: errors,
  receivers: receivers.map(({ name, title, switchPort }) => ({
    name,
    title,
    switchPort,
    ...errors,
  })),
  ports: stations.map(({ switchPort }) => ({
    interface: switchPort,
    link: 'up',
    isolation: null,
    timestamping: 'software',
    counters: { rx: { Sync: 300, Follow_Up: 20 }, tx: { Sync: 7 }, drop: { noPolicy: 5 } },
    dropped: { lost: 0, discarded: 5, malformed: 0 },
    unclaimed: { otherTransport: 0, otherVlan: 0, otherHost: 0, notPtp: 0 },
    residenceNs,
    clock: null,
    meanLinkDelayNs: null,
    peerDelay: null,
    notTaken: [],
  })),
};

const none = { samples: 0, corrected: null, uncorrected: null };

export const emptyReport: LabReport = {
  ...report,
  total: none,
  receivers: report.receivers.map((receiver) => ({ ...receiver, ...none })),
};
