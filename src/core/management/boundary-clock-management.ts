/** What of a boundary clock can be read and set by management: clause 15.5.3, and linuxptp's own ids. */
import type { Output } from '../io.js';
import {
  clockDescription,
  maxUserDescription,
  versionNumber,
  type ClockFacts,
} from './clock-facts.js';
import type { Commands, Getters, ManagedClock, Setters } from './managed-clock.js';
import type { ServiceCounts } from './service-counts.js';
import { isWithin, type Profile } from '../profile/profile.js';
import { instantToNs } from '../time/instant.js';
import { timeIntervalToNs, zeroTimeInterval } from '../time/time-interval.js';
import { timestampFromInstant } from '../time/timestamp.js';
import type { ManagementData } from '../wire/management-data/management-ids.js';
import { ClockType } from '../wire/management-data/port-data.js';
import { encodeUtf8 } from '../wire/management-data/utf8.js';
import type { ManagementError } from '../wire/tlv/management.js';
import type { Clock } from '../instance/clock.js';
import type { ClockPortSettings } from '../port/clock-port-settings.js';
import type { ClockChange } from '../instance/clock-data-sets.js';

/** 8.2.3.3 to 8.2.3.5: of a parent whose statistics are not kept. */
const unobservedParent = {
  parentStats: false,
  observedParentOffsetScaledLogVariance: 0xffff,
  observedParentClockPhaseChangeRate: 0x7fffffff,
};

/** What management requests may read and set of `clock`. `serviceCounts` gives the counts of a portNumber. */
export function boundaryClockManagement(
  clock: Clock,
  profile: Profile,
  facts: ClockFacts,
  serviceCounts: (portNumber: number) => ServiceCounts,
): ManagedClock {
  const { clockIdentity, numberPorts } = clock.dataSets().defaultDS;
  const description = { userDescription: '' };
  return {
    ...{ clockIdentity, numberPorts },
    getters: {
      USER_DESCRIPTION: () => ({ ...description }),
      ...clockGetters(clock, facts),
      ...portGetters(clock, profile, facts, serviceCounts, description),
    },
    setters: {
      NULL_MANAGEMENT: () => [],
      USER_DESCRIPTION: ({ userDescription }) => {
        if (encodeUtf8(userDescription).length > maxUserDescription) return 'WRONG_VALUE';
        description.userDescription = userDescription;
        return [];
      },
      ...clockSetters(clock, profile),
      ...portSetters(clock, profile),
    },
    commands: commandsOf(clock),
  };
}

function clockGetters(clock: Clock, facts: ClockFacts): Getters {
  const defaultDS = () => clock.dataSets().defaultDS;
  const timePropertiesDS = () => clock.dataSets().timePropertiesDS;
  return {
    DEFAULT_DATA_SET: () => ({ twoStepFlag: true, ...defaultDS(), ...defaultDS().clockQuality }),
    CURRENT_DATA_SET: () => {
      const { meanDelay: meanPathDelay, ...currentDS } = clock.dataSets().currentDS;
      return { ...currentDS, meanPathDelay };
    },
    PARENT_DATA_SET: () => {
      const { grandmasterClockQuality: quality, ...parentDS } = clock.dataSets().parentDS;
      return {
        ...parentDS,
        ...unobservedParent,
        grandmasterClockClass: quality.clockClass,
        grandmasterClockAccuracy: quality.clockAccuracy,
        grandmasterOffsetScaledLogVariance: quality.offsetScaledLogVariance,
      };
    },
    TIME_PROPERTIES_DATA_SET: timePropertiesDS,
    PRIORITY1: defaultDS,
    PRIORITY2: defaultDS,
    DOMAIN: defaultDS,
    SLAVE_ONLY: defaultDS,
    TIME: () => {
      const { timestamp } = timestampFromInstant(clock.timeAt(facts.now()));
      return { currentTime: timestamp };
    },
    CLOCK_ACCURACY: () => defaultDS().clockQuality,
    UTC_PROPERTIES: timePropertiesDS,
    TRACEABILITY_PROPERTIES: timePropertiesDS,
    TIMESCALE_PROPERTIES: timePropertiesDS,
    PATH_TRACE_LIST: () => clock.dataSets(),
    PATH_TRACE_ENABLE: () => clock.dataSets(),
    TIME_STATUS_NP: () => timeStatus(clock),
    GRANDMASTER_SETTINGS_NP: () => {
      const { ownTimePropertiesDS } = clock.dataSets();
      return { ...defaultDS().clockQuality, ...ownTimePropertiesDS };
    },
  };
}

/** linuxptp's: how the clock stands to its master, in nanoseconds; rates in units of 2^-41. */
function timeStatus(clock: Clock): ManagementData<'TIME_STATUS_NP'> {
  const { currentDS, parentDS, defaultDS, latestSync, rateOffset } = clock.state();
  const limit = 2 ** 31 - 1;
  const scaledRateOffset = Math.round(rateOffset * 2 ** 41);
  return {
    masterOffset: BigInt(Math.round(timeIntervalToNs(currentDS.offsetFromMaster))),
    ingressTime: latestSync === undefined ? 0n : instantToNs(latestSync),
    cumulativeScaledRateOffset: Math.max(-limit, Math.min(limit, scaledRateOffset)),
    scaledLastGmPhaseChange: 0,
    gmTimeBaseIndicator: 0,
    lastGmPhaseChange: 0n,
    gmPresent: parentDS.grandmasterIdentity === defaultDS.clockIdentity ? 0 : 1,
    gmIdentity: parentDS.grandmasterIdentity,
  };
}

function portGetters(
  clock: Clock,
  profile: Profile,
  facts: ClockFacts,
  serviceCounts: (portNumber: number) => ServiceCounts,
  description: { readonly userDescription: string },
): Getters {
  const portDS = (portNumber: number) => clock.portDS(portNumber);
  const clockType = numberPortsOf(clock) === 1 ? ClockType.ordinary : ClockType.boundary;
  return {
    NULL_MANAGEMENT: () => ({}),
    CLOCK_DESCRIPTION: (portNumber) => {
      const { portIdentity, delayMechanism } = portDS(portNumber);
      return clockDescription(profile, facts, portNumber, {
        userDescription: description.userDescription,
        clockIdentity: portIdentity.clockIdentity,
        clockType,
        delayMechanism,
      });
    },
    PORT_DATA_SET: (portNumber) => {
      const known = portDS(portNumber);
      return { ...known, peerMeanPathDelay: known.meanLinkDelay, versionNumber };
    },
    LOG_ANNOUNCE_INTERVAL: portDS,
    ANNOUNCE_RECEIPT_TIMEOUT: portDS,
    LOG_SYNC_INTERVAL: portDS,
    VERSION_NUMBER: () => ({ versionNumber }),
    MASTER_ONLY: portDS,
    DELAY_MECHANISM: portDS,
    LOG_MIN_PDELAY_REQ_INTERVAL: portDS,
    PORT_DATA_SET_NP: (portNumber) => {
      const { delayMechanism, meanLinkDelay } = portDS(portNumber);
      const unmeasured = delayMechanism === 'p2p' && meanLinkDelay === zeroTimeInterval;
      const { neighborPropDelayThreshNs: neighborPropDelayThresh } = profile.peerDelay;
      return { neighborPropDelayThresh, asCapable: unmeasured ? 0 : 1 };
    },
    PORT_PROPERTIES_NP: (portNumber) => {
      const { portIdentity, portState } = portDS(portNumber);
      const { timestamping, interface: interfaceName } = facts.portFacts(portNumber);
      return { portIdentity, portState, timestamping, interface: interfaceName };
    },
    PORT_STATS_NP: (portNumber) => {
      const { received, transmitted } = facts.portFacts(portNumber);
      return { portIdentity: portDS(portNumber).portIdentity, received, transmitted };
    },
    PORT_SERVICE_STATS_NP: (portNumber) => ({
      portIdentity: portDS(portNumber).portIdentity,
      ...serviceCounts(portNumber),
      // There is no such time-out here.
      ...{ syncTimeout: 0, unicastServiceTimeout: 0, unicastRequestTimeout: 0 },
    }),
  };
}

function clockSetters(clock: Clock, { defaultDS }: Profile): Setters {
  const change = (to: ClockChange) => clock.reconfigure(to);
  /** What is so already may be set; what comes with the source of the clock's time, and would be untrue of it, may not. */
  const contradictsSource = (
    properties: object,
    of: 'timePropertiesDS' | 'ownTimePropertiesDS',
  ) => {
    const state = clock.dataSets();
    const known: object = state[of];
    const isSo = ([name, value]: [string, unknown]) => known[name as never] === value;
    return state.timePropertiesGiven && !Object.entries(properties).every(isSo);
  };
  /** 8.2.4: the time properties are the grandmaster's, so they are set only while this clock is the grandmaster. */
  const changeTime = (properties: object): readonly Output[] | ManagementError => {
    const { currentDS, timePropertiesDS, timePropertiesGiven } = clock.dataSets();
    if (currentDS.stepsRemoved !== 0) return 'NOT_SETABLE';
    if (contradictsSource(properties, 'timePropertiesDS')) return 'NOT_SETABLE';
    if (timePropertiesGiven) return [];
    return change({ ownTimePropertiesDS: { ...timePropertiesDS, ...properties } });
  };
  return {
    PRIORITY1: ({ priority1 }) =>
      isWithin(defaultDS.priority1, priority1)
        ? change({ defaultDS: { priority1 } })
        : 'WRONG_VALUE',
    PRIORITY2: ({ priority2 }) =>
      isWithin(defaultDS.priority2, priority2)
        ? change({ defaultDS: { priority2 } })
        : 'WRONG_VALUE',
    // 9.2.2.1: of an ordinary clock alone.
    SLAVE_ONLY: (slaveOnly) =>
      numberPortsOf(clock) === 1 ? change({ defaultDS: slaveOnly }) : 'NOT_SETABLE',
    CLOCK_ACCURACY: ({ clockAccuracy }) => {
      if (!isClockAccuracy(defaultDS, clockAccuracy)) return 'WRONG_VALUE';
      const { clockQuality } = clock.dataSets().defaultDS;
      return change({ defaultDS: { clockQuality: { ...clockQuality, clockAccuracy } } });
    },
    UTC_PROPERTIES: changeTime,
    TRACEABILITY_PROPERTIES: changeTime,
    TIMESCALE_PROPERTIES: changeTime,
    PATH_TRACE_ENABLE: ({ pathTrace }) => change({ pathTrace }),
    GRANDMASTER_SETTINGS_NP: (settings) => {
      const { clockClass, clockAccuracy, offsetScaledLogVariance, ...ownTimePropertiesDS } =
        settings;
      if (!isClockAccuracy(defaultDS, clockAccuracy)) return 'WRONG_VALUE';
      // 255 is of a slaveOnly clock: what it is it may be told again.
      const isSo = clockClass === clock.dataSets().defaultDS.clockQuality.clockClass;
      if (!isSo && !isWithin(defaultDS.clockClass, clockClass)) return 'WRONG_VALUE';
      const clockQuality = { clockClass, clockAccuracy, offsetScaledLogVariance };
      if (contradictsSource(ownTimePropertiesDS, 'ownTimePropertiesDS')) return 'NOT_SETABLE';
      if (clock.dataSets().timePropertiesGiven) return change({ defaultDS: { clockQuality } });
      return change({ defaultDS: { clockQuality }, ownTimePropertiesDS });
    },
  };
}

/** The same limits as the configuration has. */
function portSetters(clock: Clock, { portDS: limits }: Profile): Setters {
  const change = (portNumber: number, to: Partial<ClockPortSettings>) =>
    clock.reconfigurePort(portNumber, to);
  return {
    LOG_ANNOUNCE_INTERVAL: ({ logAnnounceInterval }, portNumber) =>
      isWithin(limits.logAnnounceInterval, logAnnounceInterval)
        ? change(portNumber, { logAnnounceInterval })
        : 'WRONG_VALUE',
    LOG_SYNC_INTERVAL: ({ logSyncInterval }, portNumber) =>
      isWithin(limits.logSyncInterval, logSyncInterval)
        ? change(portNumber, { logSyncInterval })
        : 'WRONG_VALUE',
    ANNOUNCE_RECEIPT_TIMEOUT: ({ announceReceiptTimeout }, portNumber) =>
      isWithin(limits.announceReceiptTimeout, announceReceiptTimeout)
        ? change(portNumber, { announceReceiptTimeout })
        : 'WRONG_VALUE',
    LOG_MIN_PDELAY_REQ_INTERVAL: ({ logMinPdelayReqInterval }, portNumber) =>
      isWithin(limits.logMinPdelayReqInterval, logMinPdelayReqInterval)
        ? change(portNumber, { logMinPdelayReqInterval })
        : 'WRONG_VALUE',
    MASTER_ONLY: ({ masterOnly }, portNumber) => change(portNumber, { masterOnly }),
  };
}

function commandsOf(clock: Clock): Commands {
  return {
    NULL_MANAGEMENT: () => [],
    ENABLE_PORT: (portNumber) => clock.designatePort(portNumber, true),
    DISABLE_PORT: (portNumber) => clock.designatePort(portNumber, false),
  };
}

function isClockAccuracy({ clockAccuracy: of }: Profile['defaultDS'], value: number): boolean {
  return isWithin(of, value) && !isWithin(of.reserved, value);
}

function numberPortsOf(clock: Clock): number {
  return clock.dataSets().defaultDS.numberPorts;
}
