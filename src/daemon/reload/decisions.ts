/**
 * What a reload does about each key of the configuration. Every key stands here, so that a new one about which nobody has decided does
 * not compile.
 */
import type {
  ClockConfig,
  ClockPortConfig,
  Config,
  EndToEndConfig,
  PeerToPeerConfig,
} from '../../config/config.js';

/** `restart`: it is refused, by name. `inPlace`: it is changed under the running switch. `instances`: each is looked at by itself. */
export type SwitchDecision = 'restart' | 'inPlace' | 'instances';

/** `inPlace`: the instance goes on. `anew`: it is detached, and another one attached in its place. */
export type InstanceDecision = 'inPlace' | 'anew';

export const switchDecisions: Readonly<Record<keyof Config, SwitchDecision>> = {
  timestamping: 'restart',
  ports: 'restart',
  bridge: 'restart',
  limits: 'restart',
  driftFile: 'restart',
  clockIdentity: 'restart',
  socketPriority: 'restart',
  socketGroup: 'restart',
  instances: 'instances',
  management: 'inPlace',
  monitor: 'inPlace',
  loopGuard: 'inPlace',
  membershipReports: 'inPlace',
};

/** Ports are looked at one by one, as long as they are the same and in the same order. */
export const clockDecisions: Readonly<
  Record<Exclude<keyof ClockConfig, 'ports'>, InstanceDecision>
> = {
  type: 'anew',
  clockIdentity: 'anew',
  domain: 'anew',
  sdoId: 'anew',
  ...decided('anew', ['minorVersionPTP', 'encapsulation']),
  priority1: 'inPlace',
  priority2: 'inPlace',
  clockClass: 'inPlace',
  clockAccuracy: 'inPlace',
  offsetScaledLogVariance: 'inPlace',
  slaveOnly: 'inPlace',
  pathTrace: 'inPlace',
  clock: 'anew',
  time: 'anew',
  servo: 'anew',
  holdover: 'anew',
  measurement: 'anew',
  untilLocked: 'anew',
  acceptableMasters: 'anew',
};

export const clockPortDecisions: Readonly<Record<keyof ClockPortConfig, InstanceDecision>> = {
  interface: 'anew',
  transport: 'anew',
  delayMechanism: 'anew',
  vlanId: 'anew',
  sourceAddress: 'anew',
  logAnnounceInterval: 'inPlace',
  announceReceiptTimeout: 'inPlace',
  logSyncInterval: 'inPlace',
  logMinDelayReqInterval: 'inPlace',
  logMinPdelayReqInterval: 'inPlace',
  masterOnly: 'inPlace',
};

/** A transparent clock is rules, links that are measured, and what answers management: attached anew, it has lost its USER_DESCRIPTION. */
export const transparentDecisions: Readonly<
  Record<keyof EndToEndConfig | keyof PeerToPeerConfig, InstanceDecision>
> = {
  type: 'anew',
  domain: 'anew',
  sdoId: 'anew',
  transport: 'anew',
  ...decided('anew', ['minorVersionPTP', 'encapsulation']),
  logMinPdelayReqInterval: 'inPlace',
};

function decided<Key extends string>(
  decision: InstanceDecision,
  keys: readonly Key[],
): Record<Key, InstanceDecision> {
  return Object.fromEntries(keys.map((key) => [key, decision])) as Record<Key, InstanceDecision>;
}
