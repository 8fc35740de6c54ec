/** Attaches to the data plane a clock of the core for every `bc` and `oc` of the configuration. */
import type {
  AcceptableMasterConfig,
  ClockConfig,
  ClockPortConfig,
  Config,
  HoldoverConfig,
  MeasurementConfig,
  InstanceConfig,
  ServoConfig,
  ManagementConfig,
} from '../../config/config.js';
import { isClock } from '../../config/instances/overlap.js';
import { profileOf } from '../../config/profiles.js';
import type { AcceptableMaster } from '../../core/instance/announce-reception.js';
import type { ClockSettings } from '../../core/instance/clock.js';
import type { HoldoverSpecification } from '../../core/instance/holdover.js';
import { ManagedBoundaryClock } from '../../core/management/managed-boundary-clock.js';
import type { MeasurementLimits, Profile } from '../../core/profile/profile.js';
import type { ServoSettings } from '../../core/servo/servo.js';
import { parseClockIdentity, type ClockIdentity } from '../../core/time/identity.js';
import { durationNs } from '../../core/time/instant.js';
import { timeIntervalFromNs, unitsPerNs } from '../../core/time/time-interval.js';
import { isPeerDelayMessageType, type MessageType } from '../../core/wire/header.js';
import type { DataPlane } from '../../native/data-plane.js';
import { servedBy, type ServedRule } from '../forwarding/policy.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { identityOf, transportAt } from '../runtime/port-transport.js';
import type { PortTransport } from '../runtime/attachment.js';
import type { Report } from '../runtime/pump.js';
import { systemTimeOf } from '../runtime/system-time.js';
import type { NotTakenStatus } from '../status/not-taken.js';
import { clockStatusOf, type SteeredClockStatus } from '../status/clock-status.js';
import type { AttachedInstance } from './attached-instance.js';
import { clockFactsOf } from './clock-facts.js';
import type { Steerer } from './clock-steering.js';
import { reconfigured } from './list/reconfigured-clock.js';
import { DiscardCounts } from '../status/discard-counts.js';

export interface BoundaryClockOptions {
  readonly dataPlane: DataPlane;
  readonly config: Config;
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  readonly nameOf: (instance: InstanceConfig) => string;
  /** As they are now. */
  readonly rules: () => readonly ServedRule[];
  /** SET and COMMAND are carried out for whoever can send a frame, as it is now. */
  readonly management: () => ManagementConfig;
  /** The clocks of the machine that are steered by a clock. */
  readonly steeredBy: (clock: Steerer['clock']) => readonly SteeredClockStatus[];
  /** PTP that comes in and that no instance takes. */
  readonly notTaken: () => readonly NotTakenStatus[];
  /** Called with a line for the operator, once for each cause. */
  readonly warn: (line: string) => void;
  /** Called with the delay of a link that a clock has measured. */
  readonly onLinkDelay: (report: Extract<Report, { kind: 'linkDelay' }>) => void;
  /** Uniform from 0 up to but not including 1, to spread the times at which Delay_Req are sent. Math.random unless set. */
  readonly random?: () => number;
}

export function attachBoundaryClock(
  config: ClockConfig,
  options: BoundaryClockOptions,
): AttachedInstance {
  const { dataPlane, steeredBy, onLinkDelay, random = Math.random } = options;
  // A reload may change both.
  const own = {
    config,
    get name() {
      return options.nameOf(this.config);
    },
  };
  const switchPorts = options.config.ports;
  const profile = profileOf(config);
  const identity = parseClockIdentity(config.clockIdentity ?? '') ?? identityOf(dataPlane);
  const settings = settingsOf(config, profile, identity, options, random);
  const interfaces = switchPorts.map((port) => port.interface);
  const ports: (PortTransport | undefined)[] = interfaces.map((interfaceName, port) => {
    const found = config.ports.find((candidate) => candidate.interface === interfaceName);
    return found && transportOf(found, port, options);
  });
  const managed = new ManagedBoundaryClock(settings, {
    get allowSet() {
      return options.management().allowSet;
    },
    get requestsPerSecond() {
      return options.management().requestsPerSecond;
    },
    facts: clockFactsOf(
      dataPlane,
      settings.ports.map(({ port }) => ({ port, transport: ports[port] })),
    ),
  });
  const { clock } = managed;
  const discards = new DiscardCounts((port, words) => {
    options.warn(`${own.name}: ${interfaces[port]}: ${words}`);
  });
  return {
    attachment: {
      get name() {
        return own.name;
      },
      instance: managed,
      encapsulation: profile.encapsulation,
      ports,
      accepts: (key, messageType) => {
        const served = servedBy(options.rules(), key);
        if (served?.action !== 'terminate' || served.instance !== undefined) return true;
        return isOf(config, served.linkOf) && isPeerDelay(messageType);
      },
    },
    onReport: (report) => {
      if (report.kind === 'discarded') discards.count(report.port, report.reason);
      else if (report.kind === 'linkDelay') onLinkDelay(report);
    },
    discarded: () => discards.byInterface(interfaces),
    status: () => {
      const { shown, common } = systemTimeOf(dataPlane);
      return clockStatusOf(
        clock.state(common),
        {
          instance: own.name,
          notTaken: notTakenAt(config, options.notTaken()),
          source: config.time.source,
          kind: config.clock,
          steered: steeredBy(clock),
        },
        config.ports.map((port) => ({
          interface: port.interface,
          discarded: discards.of(interfaces.indexOf(port.interface)),
        })),
        Number(clock.timeAt(common) - shown) / Number(unitsPerNs),
      );
    },
    reconfigure: (changed) => {
      if (!isClock(changed)) return [];
      const outputs = reconfigured(clock, own.config, changed);
      own.config = changed;
      return outputs;
    },
    management: {
      get name() {
        return own.name;
      },
      get config() {
        return own.config;
      },
      manage: (request) => managed.manage(request),
    },
    clock: {
      get name() {
        return own.name;
      },
      get config() {
        return own.config;
      },
      clock,
    },
  };
}

function notTakenAt(
  { ports }: ClockConfig,
  notTaken: readonly NotTakenStatus[],
): readonly NotTakenStatus[] {
  return notTaken.filter((it) => ports.some((port) => port.interface === it.interface));
}

function transportOf(
  config: ClockPortConfig,
  port: number,
  { dataPlane, addressesOf }: Pick<BoundaryClockOptions, 'dataPlane' | 'addressesOf'>,
): PortTransport {
  const { vlanId, sourceAddress } = config;
  return transportAt(config.transport, {
    addresses: () => addressesOf(config.interface),
    mac: () => dataPlane.ports()[port]?.mac ?? '',
    ...(vlanId !== undefined && { vlanId }),
    ...(sourceAddress !== undefined && { sourceAddress }),
  });
}

function settingsOf(
  config: ClockConfig,
  profile: Profile,
  clockIdentity: ClockIdentity,
  options: Pick<BoundaryClockOptions, 'config' | 'rules'>,
  random: () => number,
): ClockSettings {
  const { priority1, priority2, clockClass, clockAccuracy, offsetScaledLogVariance } = config;
  const { domain: domainNumber, sdoId, slaveOnly, pathTrace } = config;
  const switchPorts = options.config.ports;
  return {
    profile,
    defaultDS: {
      ...{ clockIdentity, numberPorts: config.ports.length, priority1, priority2 },
      clockQuality: { clockClass, clockAccuracy, offsetScaledLogVariance },
      ...{ domainNumber, sdoId, slaveOnly },
    },
    ports: config.ports.map((port) => {
      const index = switchPorts.findIndex((candidate) => candidate.interface === port.interface);
      return {
        ...port,
        port: index,
        delayAsymmetry: timeIntervalFromNs(switchPorts[index]?.delayAsymmetryNs ?? 0),
        linkServes: (dialect) => {
          const { transport, vlanId = 0 } = port;
          const key = { ...dialect, transport, vlanId, port: index };
          return isOf(config, servedBy(options.rules(), key)?.linkOf);
        },
      };
    }),
    pathTrace,
    servo: servoSettingsOf(config.servo),
    ...(config.holdover && { holdover: specificationOf(config.holdover) }),
    measurement: limitsOf(config.measurement),
    untilLocked: config.untilLocked,
    ...(config.acceptableMasters && { acceptableMasters: mastersOf(config.acceptableMasters) }),
    random,
  };
}

/** A reload may have put another configuration of the same clock in its place. */
function isOf(
  { domain, sdoId }: Pick<ClockConfig, 'domain' | 'sdoId'>,
  other: ClockConfig | undefined,
): boolean {
  return other?.domain === domain && other.sdoId === sdoId;
}

function isPeerDelay(messageType: MessageType | undefined): boolean {
  return messageType !== undefined && isPeerDelayMessageType(messageType);
}

function mastersOf(masters: readonly AcceptableMasterConfig[]): readonly AcceptableMaster[] {
  return masters.flatMap(({ clockIdentity: text, ...rest }) => {
    const identity = parseClockIdentity(text);
    return identity === undefined ? [] : [{ clockIdentity: identity, ...rest }];
  });
}

function servoSettingsOf(config: ServoConfig): ServoSettings {
  const { kind, firstStepThresholdNs, stepThresholdNs, lockThresholdNs, maxRate } = config;
  return {
    ...{ kind, maxRate },
    firstStepThreshold: durationNs(firstStepThresholdNs),
    stepThreshold: durationNs(stepThresholdNs),
    lockThreshold: lockThresholdNs === 'auto' ? 'auto' : durationNs(lockThresholdNs),
  };
}

function limitsOf(config: MeasurementConfig): Partial<MeasurementLimits> {
  const { syncReceiptTimeout, delayReceiptTimeout } = config;
  return {
    ...{ syncReceiptTimeout, delayReceiptTimeout },
    maxSyncReceiptTimeout: durationNs(config.maxSyncReceiptTimeoutNs),
    toldLogMinDelayReqInterval: {
      min: config.minLogDelayReqInterval,
      max: config.maxLogDelayReqInterval,
    },
    meanPathDelayNs: { min: config.minPathDelayNs, max: config.maxPathDelayNs },
  };
}

function specificationOf({ seconds, clockClass }: HoldoverConfig): HoldoverSpecification {
  return {
    duration: durationNs(seconds * 1e9),
    ...(clockClass !== undefined && { clockClass }),
  };
}
