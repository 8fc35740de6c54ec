/** The managementIds (15.5.2.3, table 59, and linuxptp's own): their codes, whom they concern, what their data fields hold. */
import * as clock from './clock-data.js';
import type { Json } from './kinds.js';
import { decodeLayout, encodeLayout, type Layout, type LayoutFailure } from './layout.js';
import * as port from './port-data.js';

interface Definition<Data extends object> {
  readonly code: number;
  /** For an id of scope `port` every port answers, for one of scope `clock` the clock answers once. */
  readonly scope: 'clock' | 'port';
  readonly layout: Layout<Data>;
}

function ofClock<Data extends object>(code: number, layout: Layout<Data>): Definition<Data> {
  return { code, scope: 'clock', layout };
}

function ofPort<Data extends object>(code: number, layout: Layout<Data>): Definition<Data> {
  return { code, scope: 'port', layout };
}

const definitions = {
  NULL_MANAGEMENT: ofPort(0x0000, port.nullManagement),
  CLOCK_DESCRIPTION: ofPort(0x0001, port.clockDescription),
  USER_DESCRIPTION: ofClock(0x0002, clock.userDescription),
  DEFAULT_DATA_SET: ofClock(0x2000, clock.defaultDataSet),
  CURRENT_DATA_SET: ofClock(0x2001, clock.currentDataSet),
  PARENT_DATA_SET: ofClock(0x2002, clock.parentDataSet),
  TIME_PROPERTIES_DATA_SET: ofClock(0x2003, clock.timePropertiesDataSet),
  PORT_DATA_SET: ofPort(0x2004, port.portDataSet),
  PRIORITY1: ofClock(0x2005, clock.priority1),
  PRIORITY2: ofClock(0x2006, clock.priority2),
  DOMAIN: ofClock(0x2007, clock.domain),
  SLAVE_ONLY: ofClock(0x2008, clock.slaveOnly),
  LOG_ANNOUNCE_INTERVAL: ofPort(0x2009, port.logAnnounceInterval),
  ANNOUNCE_RECEIPT_TIMEOUT: ofPort(0x200a, port.announceReceiptTimeout),
  LOG_SYNC_INTERVAL: ofPort(0x200b, port.logSyncInterval),
  VERSION_NUMBER: ofPort(0x200c, port.versionNumber),
  ENABLE_PORT: ofPort(0x200d, port.nullManagement),
  DISABLE_PORT: ofPort(0x200e, port.nullManagement),
  TIME: ofClock(0x200f, clock.time),
  CLOCK_ACCURACY: ofClock(0x2010, clock.clockAccuracy),
  UTC_PROPERTIES: ofClock(0x2011, clock.utcProperties),
  TRACEABILITY_PROPERTIES: ofClock(0x2012, clock.traceabilityProperties),
  TIMESCALE_PROPERTIES: ofClock(0x2013, clock.timescaleProperties),
  PATH_TRACE_LIST: ofClock(0x2015, clock.pathTraceList),
  PATH_TRACE_ENABLE: ofClock(0x2016, clock.pathTraceEnable),
  MASTER_ONLY: ofPort(0x3001, port.masterOnly),
  TRANSPARENT_CLOCK_DEFAULT_DATA_SET: ofClock(0x4000, clock.transparentClockDefaultDataSet),
  TRANSPARENT_CLOCK_PORT_DATA_SET: ofPort(0x4001, port.transparentClockPortDataSet),
  PRIMARY_DOMAIN: ofClock(0x4002, clock.primaryDomain),
  DELAY_MECHANISM: ofPort(0x6000, port.delayMechanism),
  LOG_MIN_PDELAY_REQ_INTERVAL: ofPort(0x6001, port.logMinPdelayReqInterval),
  TIME_STATUS_NP: ofClock(0xc000, clock.timeStatus),
  GRANDMASTER_SETTINGS_NP: ofClock(0xc001, clock.grandmasterSettings),
  PORT_DATA_SET_NP: ofPort(0xc002, port.portDataSetNp),
  PORT_PROPERTIES_NP: ofPort(0xc004, port.portProperties),
  PORT_STATS_NP: ofPort(0xc005, port.portStats),
  PORT_SERVICE_STATS_NP: ofPort(0xc007, port.portServiceStats),
} as const;

export type ManagementId = keyof typeof definitions;

export type ManagementData<Id extends ManagementId> =
  (typeof definitions)[Id] extends Definition<infer Data> ? Data : never;

/** Ids of the standard or of linuxptp that no clock here answers: NOT_SUPPORTED and not NO_SUCH_ID. */
const unservedCodes = new Set([
  ...[0x0003, 0x0004, 0x0005, 0x0006, 0x0007], // non-volatile storage, INITIALIZE, fault log
  ...[0x2014, 0x2017, 0x2018, 0x2019, 0x201a, 0x201b, 0x201c, 0x201d], // unicast, tables of masters
  ...[0x201e, 0x201f, 0x2020, 0x2021], // alternate time offsets
  ...[0x3000, 0x3002, 0x3003], // external port configuration, holdover upgrade
  ...[0xc003, 0xc006, 0xc008, 0xc009, 0xc00a, 0xc00b], // linuxptp's subscriptions, unicast table, ...
]);

export const managementIds = Object.keys(definitions) as readonly ManagementId[];

const idsByCode = new Map(managementIds.map((id) => [definitions[id].code, id]));

/** `unserved`: an id of the standard's or of linuxptp's that no clock here knows more of. */
export function managementIdOfCode(code: number): ManagementId | 'unserved' | undefined {
  return idsByCode.get(code) ?? (unservedCodes.has(code) ? 'unserved' : undefined);
}

export function codeOfManagementId(id: ManagementId): number {
  return definitions[id].code;
}

export function scopeOf(id: ManagementId): 'clock' | 'port' {
  return definitions[id].scope;
}

export function encodeManagementData<Id extends ManagementId>(
  id: Id,
  data: ManagementData<Id>,
): Uint8Array {
  return encodeLayout(layoutOf(id), data);
}

/** Never throws. */
export function decodeManagementData<Id extends ManagementId>(
  id: Id,
  dataField: Uint8Array,
): ManagementData<Id> | LayoutFailure {
  return decodeLayout(layoutOf(id), dataField);
}

export function managementDataToJson<Id extends ManagementId>(
  id: Id,
  data: ManagementData<Id>,
): Readonly<Record<string, Json>> {
  return layoutOf(id).toJson(data);
}

/** The name of the member that is missing or wrong, when one is. */
export function managementDataFromJson<Id extends ManagementId>(
  id: Id,
  json: Readonly<Record<string, unknown>>,
): ManagementData<Id> | string {
  return layoutOf(id).fromJson(json);
}

function layoutOf<Id extends ManagementId>(id: Id): Layout<ManagementData<Id>> {
  return definitions[id].layout as unknown as Layout<ManagementData<Id>>;
}
