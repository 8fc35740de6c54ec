/** What is looked at of a boundary or ordinary clock. */
import type { ClockConfig } from '../../config/config.js';
import type { ComparisonDataSet } from '../../core/bmca/comparison.js';
import type { PortDS, TimePropertiesDS } from '../../core/datasets/data-sets.js';
import type { ClockState } from '../../core/instance/clock-state.js';
import { formatClockIdentity, formatPortIdentity } from '../../core/time/identity.js';
import { intervalBetween, type Instant } from '../../core/time/instant.js';
import { timeIntervalToNs, zeroTimeInterval } from '../../core/time/time-interval.js';
import type {
  ClockPortSnapshot,
  ClockSnapshot,
  DecisionSnapshot,
  ForeignMasterSnapshot,
  GrandmasterSnapshot,
  ParentSnapshot,
  TimePropertiesSnapshot,
} from '../../observe/snapshot.js';
import type { AttachedInstance } from '../instances/attached-instance.js';
import { missingMessageInWords } from '../status/clock-status.js';
import { standingWords } from '../status/standing-words.js';

/** Takes the offsets of the clock with it (takeOffsets). @param now raw time; @returns undefined of an instance that is no such clock */
export function clockSnapshotOf(
  { clock: own, discarded }: AttachedInstance,
  now: Instant,
): ClockSnapshot | undefined {
  if (own === undefined) return undefined;
  const { name, config, clock } = own;
  const state = clock.state();
  const { currentDS, defaultDS, latestSync } = state;
  const follows = currentDS.stepsRemoved > 0;
  const discards = discarded?.() ?? {};
  return {
    ...{ name, type: config.type },
    domain: defaultDS.domainNumber,
    sdoId: defaultDS.sdoId,
    vlan: vlanOf(config),
    clockIdentity: formatClockIdentity(defaultDS.clockIdentity),
    slaveOnly: defaultDS.slaveOnly,
    time: timePropertiesOf(state.timePropertiesDS),
    parent: parentOf(state, config),
    lockState: state.lockState,
    holdover: state.holdover,
    missing: state.missing.map((it) => ({ ...it, text: missingMessageInWords(it) })),
    offsetFromMasterNs: follows ? timeIntervalToNs(currentDS.offsetFromMaster) : null,
    meanDelayNs: follows ? timeIntervalToNs(currentDS.meanDelay) : null,
    offsets: clock.takeOffsets() ?? null,
    ratePpb: state.rateOffset * 1e9,
    latestSyncAgeNs:
      latestSync === undefined ? null : timeIntervalToNs(intervalBetween(latestSync, now)),
    ports: state.ports.map((port) => portOf(port, state, config, discards)),
    foreignMasters: foreignMastersOf(state, config),
  };
}

function timePropertiesOf(time: TimePropertiesDS): TimePropertiesSnapshot {
  const { timeTraceable, frequencyTraceable, ptpTimescale, timeSource } = time;
  return {
    utcOffset: time.currentUtcOffsetValid ? time.currentUtcOffset : null,
    leapSecond: time.leap61 ? 'insert' : time.leap59 ? 'delete' : 'none',
    ...{ timeTraceable, frequencyTraceable, ptpTimescale, timeSource },
  };
}

/** Null without a tag, and where ports differ. */
function vlanOf({ ports }: ClockConfig): number | null {
  const vlans = new Set(ports.map(({ vlanId }) => vlanId));
  const [vlan] = vlans;
  return vlans.size === 1 ? (vlan ?? null) : null;
}

function parentOf({ parentDS, currentDS, ports }: ClockState, config: ClockConfig): ParentSnapshot {
  const slave = ports.find(
    ({ portState }) => portState === 'SLAVE' || portState === 'UNCALIBRATED',
  );
  const { grandmasterPriority1, grandmasterPriority2, ...rest } = parentDS;
  return {
    ...grandmasterOf({
      ...{ ...rest, grandmasterPriority1, grandmasterPriority2 },
      stepsRemoved: Math.max(0, currentDS.stepsRemoved - 1),
    }),
    portIdentity: formatPortIdentity(parentDS.parentPortIdentity),
    interface: slave === undefined ? null : interfaceOf(config, slave.portIdentity.portNumber),
  };
}

type AnnouncedQuality = Pick<
  ComparisonDataSet,
  | 'grandmasterPriority1'
  | 'grandmasterClockQuality'
  | 'grandmasterPriority2'
  | 'grandmasterIdentity'
  | 'stepsRemoved'
>;

function grandmasterOf({
  grandmasterIdentity,
  grandmasterPriority1: priority1,
  grandmasterClockQuality: { clockClass, clockAccuracy, offsetScaledLogVariance },
  grandmasterPriority2: priority2,
  stepsRemoved,
}: AnnouncedQuality): GrandmasterSnapshot {
  return {
    grandmasterIdentity: formatClockIdentity(grandmasterIdentity),
    ...{ priority1, clockClass, clockAccuracy, offsetScaledLogVariance, priority2, stepsRemoved },
  };
}

function interfaceOf({ ports }: ClockConfig, portNumber: number): string {
  return ports[portNumber - 1]?.interface ?? '';
}

function portOf(
  { portIdentity: { portNumber }, portState, meanLinkDelay }: PortDS,
  state: ClockState,
  config: ClockConfig,
  discards: Readonly<Record<string, Readonly<Record<string, number>>>>,
): ClockPortSnapshot {
  const name = interfaceOf(config, portNumber);
  const { transport = 'l2', vlanId } = config.ports[portNumber - 1] ?? {};
  return {
    interface: name,
    ...{ portNumber, transport, portState },
    vlan: vlanId ?? null,
    decision: decisionOf(state.decisions[portNumber - 1], config),
    meanLinkDelayNs: meanLinkDelay === zeroTimeInterval ? null : timeIntervalToNs(meanLinkDelay),
    discarded: discards[name] ?? {},
  };
}

function decisionOf(
  decision: ClockState['decisions'][number],
  config: ClockConfig,
): DecisionSnapshot | null {
  if (decision === undefined) return null;
  const { code, winner } = decision;
  const { portNumber } = winner.receiver;
  return {
    code,
    winner: {
      ...grandmasterOf(winner),
      sender: formatPortIdentity(winner.sender),
      interface: portNumber === 0 ? null : interfaceOf(config, portNumber),
    },
  };
}

function foreignMastersOf(
  { foreignMasters }: ClockState,
  config: ClockConfig,
): ForeignMasterSnapshot[] {
  return foreignMasters.map(({ port, announce, best, standing, sequenceIdStuck }) => ({
    ...grandmasterOf(announce),
    interface: interfaceOf(config, port.portNumber),
    portIdentity: formatPortIdentity(announce.header.sourcePortIdentity),
    ...{ best, standing, standingText: standingWords(standing, sequenceIdStuck) },
    logAnnounceInterval: announce.header.logMessageInterval,
  }));
}
