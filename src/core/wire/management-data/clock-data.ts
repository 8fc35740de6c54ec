/** Data fields of the ids that concern a clock as a whole: clause 15.5.3, its tables by id. */
import {
  bigSigned,
  clockIdentities,
  clockIdentityKind,
  portIdentityKind,
  signed,
  textKind,
  timeIntervalKind,
  timestampKind,
  truth,
  unsigned,
} from './kinds.js';
import { flags, member, reserved, sequence } from './layout.js';

const clockQuality = sequence(
  member('clockClass', unsigned(1)),
  member('clockAccuracy', unsigned(1)),
  member('offsetScaledLogVariance', unsigned(2)),
);

/** Bits as in the flagField of Announce (13.3.2.8). */
const timeFlags = flags({
  leap61: 0,
  leap59: 1,
  currentUtcOffsetValid: 2,
  ptpTimescale: 3,
  timeTraceable: 4,
  frequencyTraceable: 5,
});

export const userDescription = member('userDescription', textKind);

export const defaultDataSet = sequence(
  flags({ twoStepFlag: 0, slaveOnly: 1 }),
  reserved(1),
  member('numberPorts', unsigned(2)),
  member('priority1', unsigned(1)),
  clockQuality,
  member('priority2', unsigned(1)),
  member('clockIdentity', clockIdentityKind),
  member('domainNumber', unsigned(1)),
  reserved(1),
);

export const currentDataSet = sequence(
  member('stepsRemoved', unsigned(2)),
  member('offsetFromMaster', timeIntervalKind),
  member('meanPathDelay', timeIntervalKind),
);

export const parentDataSet = sequence(
  member('parentPortIdentity', portIdentityKind),
  flags({ parentStats: 0 }),
  reserved(1),
  member('observedParentOffsetScaledLogVariance', unsigned(2)),
  member('observedParentClockPhaseChangeRate', signed(4)),
  member('grandmasterPriority1', unsigned(1)),
  member('grandmasterClockClass', unsigned(1)),
  member('grandmasterClockAccuracy', unsigned(1)),
  member('grandmasterOffsetScaledLogVariance', unsigned(2)),
  member('grandmasterPriority2', unsigned(1)),
  member('grandmasterIdentity', clockIdentityKind),
);

export const timePropertiesDataSet = sequence(
  member('currentUtcOffset', signed(2)),
  timeFlags,
  member('timeSource', unsigned(1)),
);

export const priority1 = sequence(member('priority1', unsigned(1)), reserved(1));
export const priority2 = sequence(member('priority2', unsigned(1)), reserved(1));
export const domain = sequence(member('domainNumber', unsigned(1)), reserved(1));
export const slaveOnly = sequence(member('slaveOnly', truth), reserved(1));
export const time = member('currentTime', timestampKind);
export const clockAccuracy = sequence(member('clockAccuracy', unsigned(1)), reserved(1));

export const utcProperties = sequence(
  member('currentUtcOffset', signed(2)),
  flags({ leap61: 0, leap59: 1, currentUtcOffsetValid: 2 }),
  reserved(1),
);

export const traceabilityProperties = sequence(
  flags({ timeTraceable: 4, frequencyTraceable: 5 }),
  reserved(1),
);

export const timescaleProperties = sequence(
  flags({ ptpTimescale: 3 }),
  member('timeSource', unsigned(1)),
);

export const pathTraceList = member('pathSequence', clockIdentities);
export const pathTraceEnable = sequence(member('pathTrace', truth), reserved(1));

/** 1588-2008, tables 64 and 66; kept for those who ask a transparent clock by its old ids. */
export const transparentClockDefaultDataSet = sequence(
  member('clockIdentity', clockIdentityKind),
  member('numberPorts', unsigned(2)),
  member('delayMechanism', unsigned(1)),
  member('primaryDomain', unsigned(1)),
);
export const primaryDomain = sequence(member('primaryDomain', unsigned(1)), reserved(1));

/** linuxptp's own. */
export const timeStatus = sequence(
  member('masterOffset', bigSigned(8)),
  member('ingressTime', bigSigned(8)),
  member('cumulativeScaledRateOffset', signed(4)),
  member('scaledLastGmPhaseChange', signed(4)),
  member('gmTimeBaseIndicator', unsigned(2)),
  member('lastGmPhaseChange', bigSigned(12)),
  member('gmPresent', unsigned(4)),
  member('gmIdentity', clockIdentityKind),
);

/** linuxptp's own: what a clock says of itself when it is the grandmaster. */
export const grandmasterSettings = sequence(
  clockQuality,
  member('currentUtcOffset', signed(2)),
  timeFlags,
  member('timeSource', unsigned(1)),
);
