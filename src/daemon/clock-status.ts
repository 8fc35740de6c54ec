/** What a boundary clock tells of itself: its data sets in shapes that scripts rely on, identities and times as text and numbers. */
import type { PortState, TimePropertiesDS } from '../core/datasets/data-sets.js';
import type { BoundaryClockState } from '../core/instance/boundary-clock.js';
import type { LockState } from '../core/servo/pi-servo.js';
import { formatClockIdentity, formatPortIdentity } from '../core/time/identity.js';
import { timeIntervalToNs } from '../core/time/time-interval.js';
import type { ClockQuality } from '../core/wire/announce.js';

export interface ClockStatus {
  readonly clock: {
    readonly clockIdentity: string;
    readonly domainNumber: number;
    readonly priority1: number;
    readonly priority2: number;
    readonly clockQuality: ClockQuality;
    readonly stepsRemoved: number;
    readonly offsetFromMasterNs: number;
    readonly meanDelayNs: number;
    readonly lockState: LockState;
    /** How much faster than its time stamps the clock runs. */
    readonly ratePpb: number;
    readonly ports: readonly {
      readonly interface: string;
      readonly portIdentity: string;
      readonly portState: PortState;
    }[];
  };
  readonly parent: {
    readonly parentPortIdentity: string;
    readonly grandmasterIdentity: string;
    readonly grandmasterClockQuality: ClockQuality;
    readonly grandmasterPriority1: number;
    readonly grandmasterPriority2: number;
  };
  readonly time: TimePropertiesDS;
  readonly foreignMasters: readonly ForeignMasterStatus[];
}

export interface ForeignMasterStatus {
  readonly interface: string;
  readonly sourcePortIdentity: string;
  readonly grandmasterIdentity: string;
  readonly grandmasterPriority1: number;
  readonly stepsRemoved: number;
  /** It is the best that the port hears. */
  readonly best: boolean;
}

/** @param interfaces by port */
export function clockStatusOf(
  state: BoundaryClockState,
  interfaces: readonly string[],
): ClockStatus {
  const { defaultDS, currentDS, parentDS } = state;
  const { domainNumber, priority1, priority2, clockQuality } = defaultDS;
  const interfaceOf = (portNumber: number) => interfaces[portNumber - 1] ?? '';
  return {
    clock: {
      clockIdentity: formatClockIdentity(defaultDS.clockIdentity),
      ...{ domainNumber, priority1, priority2, clockQuality },
      stepsRemoved: currentDS.stepsRemoved,
      offsetFromMasterNs: timeIntervalToNs(currentDS.offsetFromMaster),
      meanDelayNs: timeIntervalToNs(currentDS.meanDelay),
      lockState: state.lockState,
      ratePpb: state.rateOffset * 1e9,
      ports: state.ports.map(({ portIdentity, portState }) => ({
        interface: interfaceOf(portIdentity.portNumber),
        portIdentity: formatPortIdentity(portIdentity),
        portState,
      })),
    },
    parent: {
      ...parentDS,
      parentPortIdentity: formatPortIdentity(parentDS.parentPortIdentity),
      grandmasterIdentity: formatClockIdentity(parentDS.grandmasterIdentity),
    },
    time: state.timePropertiesDS,
    foreignMasters: state.foreignMasters.map(({ port, announce, best }) => ({
      interface: interfaceOf(port.portNumber),
      sourcePortIdentity: formatPortIdentity(announce.header.sourcePortIdentity),
      grandmasterIdentity: formatClockIdentity(announce.grandmasterIdentity),
      grandmasterPriority1: announce.grandmasterPriority1,
      stepsRemoved: announce.stepsRemoved,
      best,
    })),
  };
}
