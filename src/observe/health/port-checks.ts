/** What is looked at of a port. */
import { inWords } from '../events/nanoseconds.js';
import type { CountSummary, PortSummary } from '../summary.js';
import type { Thresholds } from '../thresholds.js';
import { checkOf, type CheckName, type Found, type HealthCheck } from './check.js';

/** One may be chance: so many within a minute are a fault that is there now. */
const countsAMinute = 3;

export function portChecks(port: PortSummary, thresholds: Thresholds): HealthCheck[] {
  const { interface: name } = port;
  const check = (what: CheckName, finding: Found | undefined): HealthCheck[] =>
    finding === undefined ? [] : [checkOf(what, { interface: name }, finding)];
  return [
    ...check('link', link(port)),
    ...check('loop', loop(port)),
    ...check('timestamps', timestamps(port)),
    ...check('lost-messages', lostMessages(port)),
    ...check('residence', residence(port, thresholds)),
    ...check('hardware-clock', hardwareClock(port)),
    ...check('link-delay', linkDelay(port, thresholds)),
  ];
}

/** An unplugged port is nothing wrong. */
function link({ link: state, linkSince }: PortSummary): Found {
  return {
    level: state === 'absent' ? 'warn' : 'ok',
    value: state === 'absent' ? 'there is no such interface' : `${state} since ${linkSince.since}`,
    remedy: 'look the name up with ip link, or take the port out of the configuration',
  };
}

function loop({ isolatedWith }: PortSummary): Found | undefined {
  if (isolatedWith === null) return { level: 'ok', value: 'none', threshold: 'none' };
  return {
    ...{ level: 'fail', value: `isolated: what comes in by ${isolatedWith} comes in here too` },
    ...{ threshold: 'none', remedy: `take one of the two cables out, or turn spanning tree on` },
  };
}

function timestamps({ timestampsMissing, timestamping, interface: name }: PortSummary): Found {
  return {
    ...ofCounts(timestampsMissing, 'missing'),
    remedy:
      timestamping === 'hardware'
        ? `see doctor ${name}; where the NIC cannot keep up, write timestamping: software`
        : `see doctor ${name}: the driver gives no time stamps, or too late`,
  };
}

function lostMessages({ lost }: PortSummary): Found {
  const [reason] = Object.keys(lost.reasons);
  const found = ofCounts(lost, 'lost');
  return {
    ...found,
    value: reason === undefined ? found.value : `${found.value}, most of them ${reason}`,
    remedy: (reason !== undefined && lossRemedies[reason]) || 'see stats for the reason',
  };
}

/** What to do about messages that should have gone on, by the engine's reason. */
const lossRemedies: Readonly<Record<string, string>> = {
  correctionUnknown: 'a time stamp is missing, or the hardware clock is being related: see doctor',
  linkDelayUnknown: 'the neighbour answers no Pdelay_Req: set it to P2P, or this to type: e2e-tc',
  noRequest: 'answers come whose requests did not pass here: see whether there is another path',
  unexpectedFollowUp: 'a Follow_Up comes without its Sync, or too late: see its sender',
  answerByOtherPort: 'requests and answers take different paths: see whether there is a loop',
  mergedByOffload: 'the host merges packets: turn gro and lro off with ethtool -K',
  sendFailed: 'the interface does not take what is sent: see doctor and ip -s link',
  eventQueueFull: 'the NIC gives too few time stamps: fewer messages, or timestamping: software',
  heldExpired: 'time stamps come too late: see doctor for interrupt coalescing',
  heldFull: 'more messages wait for time stamps than there is room for: see who sends so many',
  recordsFull: 'more comes for the clocks of this box than they can take: see who sends so much',
  receiveRingFull: 'more comes than the forwarding thread can take: give it a processor, --cpu',
};

function ofCounts({ lastMinute, last15Minutes }: CountSummary, what: string): Found {
  const threshold = `fewer than ${countsAMinute} in a minute`;
  if (lastMinute >= countsAMinute) {
    return { level: 'fail', value: `${lastMinute} ${what} in the last minute`, threshold };
  }
  const value = last15Minutes === 0 ? `none ${what}` : `${last15Minutes} ${what}`;
  return {
    level: last15Minutes === 0 ? 'ok' : 'warn',
    value: `${value} in the last 15 minutes`,
    threshold,
  };
}

function residence({ residence: windows }: PortSummary, thresholds: Thresholds): Found | undefined {
  const { p99Ns, maxNs } = windows.lastMinute;
  if (p99Ns === null || maxNs === null) return undefined;
  const { residenceNs: limit } = thresholds;
  const isBeyond = (ns: number) => limit !== undefined && ns > limit;
  return {
    level: isBeyond(p99Ns) ? 'fail' : isBeyond(maxNs) ? 'warn' : 'ok',
    value: `p99 ${inWords(p99Ns)}, at most ${inWords(maxNs)} in the last minute`,
    threshold: limit === undefined ? null : `p99 at most ${inWords(limit)}`,
    remedy: 'see who sends bursts (stats), and give the forwarding thread a processor: --cpu',
  };
}

function hardwareClock({ hardwareClock: clock, link: state }: PortSummary): Found | undefined {
  if (clock === null || state === 'absent') return undefined;
  return {
    level: clock.related ? 'ok' : 'fail',
    value: clock.related
      ? `related within ${inWords(clock.uncertaintyNs)}`
      : 'being related: corrections wait',
    threshold: 'related',
    remedy:
      'see whether another program sets the clock: doctor names ptp4l, phc2sys and their like',
  };
}

/** Where it is measured, and the link is up. */
function linkDelay(port: PortSummary, { delayNs: limit }: Thresholds): Found | undefined {
  const { linkDelays, link: state, meanLinkDelayNs: delay } = port;
  if (linkDelays.length === 0 || state !== 'up') return undefined;
  const threshold = limit === undefined ? null : `at most ${inWords(limit)}`;
  if (delay !== null) {
    return {
      level: limit !== undefined && delay > limit ? 'fail' : 'ok',
      ...{ value: inWords(delay), threshold },
      remedy:
        'see whether there is a device without PTP on the link; monitor: {delay} is the threshold',
    };
  }
  const faulty = linkDelays.find(({ state: each }) => faultyStates.includes(each));
  if (faulty !== undefined) {
    const { transport, description } = faulty;
    return {
      ...{ level: 'fail', value: `${transport}: ${description}`, threshold },
      remedy: 'let one peer alone be on the link; see doctor where time stamps are missing',
    };
  }
  const isWaiting = linkDelays.some(({ state: each }) => each === 'measuring');
  return {
    ...{ level: 'warn', value: isWaiting ? 'being measured' : 'no peer answers', threshold },
    remedy: 'where PTP is spoken there, set the neighbour to P2P, or this switch to type: e2e-tc',
  };
}

const faultyStates: readonly string[] = [
  ...['multipleResponders', 'linkDelayOutOfRange', 'transmitTimestampLost'],
];
