/** The shapes of what runs on the ports: transparent clocks, and clocks that take part with each of their ports. */
import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { isWithin, untilLockedWords, type Setting } from '../core/profile/profile.js';
import { limitsOf, longMeasurement, measurement } from './clock/measurement-schema.js';
import { longEncapsulation, messageKeys } from './clock/message-schema.js';
import { longServo, maxRates, servo, servoOf } from './clock/servo-schema.js';
import { time, timeKeys } from './clock/time-schema.js';
import type { ClockPortConfig, InstanceConfig } from './config.js';
import { interfaceName, longForm, portRemedy } from './port-schema.js';
import { profiles } from './profiles.js';
import { acceptableMasters, clockIdentity, longAcceptableMaster } from './clock/identity-shape.js';
import {
  complain,
  listWithoutRepetition,
  oneOf,
  oneOfAlso,
  wholeNumber,
  yesOrNo,
  type Complaint,
} from './shapes.js';
import { numberIn, typedInstance, wordAmong } from './words.js';

/** Default values and bounds are the profile's. */
const profile = profiles.default;
const { defaultDS, portDS, clockClasses, bestMaster } = profile;
/** IEEE 802.1Q, 9.6: 0 is no VLAN, 4095 reserved. */
const maxVlanId = 4094;

/** 802.1AS-2020, 8.1. */
const gptpSdoId = 0x100;

const within = ({ min, max }: Setting) => wholeNumber(min, max);
/** The profile's unless set. */
const setting = (of: Setting) => within(of).default(of.default);

const { min: minDomain, max: maxDomain } = defaultDS.domainNumber;
const domainRemedy = `write any, or a whole number from ${minDomain} to ${maxDomain}`;
const { min: minSdoId, max: maxSdoId } = defaultDS.sdoId;

function numberOrAny(min: number, max: number, error: string) {
  return z.preprocess(
    (value) => numberIn(wordAmong(['any'], value)),
    z.union([z.literal('any'), wholeNumber(min, max, error)], { error }),
  );
}

const {
  min: bestAccuracy,
  max: worstAccuracy,
  reserved,
  default: unknown,
} = defaultDS.clockAccuracy;
const hexadecimal = (value: number) => `0x${value.toString(16)}`;
const accuracyRemedy = `write a number of table 5, ${hexadecimal(bestAccuracy)} to ${hexadecimal(reserved.min - 1)}, as in 0x21 (within 100 ns), or ${hexadecimal(unknown)} (unknown)`;
const clockAccuracy = z
  .preprocess(numberIn, z.int({ error: accuracyRemedy }))
  .refine(
    (value) =>
      isWithin({ min: bestAccuracy, max: worstAccuracy }, value) && !isWithin(reserved, value),
    { error: accuracyRemedy },
  )
  .default(unknown);

/** As linuxptp, ptpd and the standards call them. */
const transport = oneOfAlso(portDS.transport.allowed, {
  l2: ['ethernet', '802.3', 'ieee802.3', 'ieee 802.3'],
  udp4: ['udpv4', 'udp/ipv4', 'ipv4'],
  udp6: ['udpv6', 'udp/ipv6', 'ipv6'],
});

/** What a clock may say of all its ports at once, and of each. */
const clockPortKeys = {
  transport: transport.exactOptional(),
  delayMechanism: oneOf(...portDS.delayMechanism.allowed).exactOptional(),
  logAnnounceInterval: within(portDS.logAnnounceInterval).exactOptional(),
  announceReceiptTimeout: within(portDS.announceReceiptTimeout).exactOptional(),
  logSyncInterval: within(portDS.logSyncInterval).exactOptional(),
  logMinDelayReqInterval: within(portDS.logMinDelayReqInterval).exactOptional(),
  logMinPdelayReqInterval: within(portDS.logMinPdelayReqInterval).exactOptional(),
  masterOnly: yesOrNo.exactOptional(),
  vlanId: wholeNumber(1, maxVlanId).exactOptional(),
};

const clockPortDefaults = {
  transport: portDS.transport.default,
  delayMechanism: portDS.delayMechanism.default,
  logAnnounceInterval: portDS.logAnnounceInterval.default,
  announceReceiptTimeout: portDS.announceReceiptTimeout.default,
  logSyncInterval: portDS.logSyncInterval.default,
  logMinDelayReqInterval: portDS.logMinDelayReqInterval.default,
  logMinPdelayReqInterval: portDS.logMinPdelayReqInterval.default,
  masterOnly: portDS.masterOnly,
};

const addressRemedy = 'write an IP address, as in 192.0.2.1 or fe80::1';
const longClockPort = z.strictObject(
  {
    interface: interfaceName,
    ...clockPortKeys,
    sourceAddress: z
      .string({ error: addressRemedy })
      .refine((text) => isIPv4(text) || (isIPv6(text) && !text.includes('%')), {
        error: addressRemedy,
      })
      .exactOptional(),
  },
  { error: portRemedy },
);

const clockPort = z.preprocess(longForm, longClockPort);

/** Eleven days: after a longer time no rate that was learned once is of any use. */
const maxHoldoverSeconds = 1e6;
const leastHeldClockClass = bestMaster.lastClassThatFollowsNobody + 1;
const holdover = z.strictObject(
  {
    seconds: wholeNumber(1, maxHoldoverSeconds),
    // 7.6.2.5: with a lower one it would follow nobody again.
    clockClass: wholeNumber(leastHeldClockClass, defaultDS.clockClass.max).exactOptional(),
  },
  { error: 'write for how long it is good, as in holdover: {seconds: 3600}' },
);
/** Of either timescale: the worse of the two. */
const worstHeldClockClass = Math.max(
  clockClasses.heldPtpTimescale,
  clockClasses.heldArbitraryTimescale,
);

/** Names as in the data sets of the standard (8.2). */
const clockKeys = {
  domain: setting(defaultDS.domainNumber),
  sdoId: setting(defaultDS.sdoId),
  priority1: within(defaultDS.priority1).exactOptional(),
  priority2: setting(defaultDS.priority2),
  clockClass: setting(defaultDS.clockClass),
  clockAccuracy,
  offsetScaledLogVariance: setting(defaultDS.offsetScaledLogVariance),
  pathTrace: yesOrNo.default(profile.pathTrace),
  clock: oneOfAlso(['virtual', 'phc', 'system'], { system: ['clock_realtime'] }).default('virtual'),
  time,
  servo,
  measurement,
  untilLocked: oneOf(...untilLockedWords).default(profile.untilLocked),
  holdover: holdover.exactOptional(),
  clockIdentity: clockIdentity.exactOptional(),
  ...messageKeys,
  acceptableMasters: acceptableMasters.exactOptional(),
  ...clockPortKeys,
  ports: listWithoutRepetition(clockPort, {
    error: 'list interfaces of the switch, as in ports: [eth1, eth2]',
    key: 'interface',
    valueOf: ({ interface: name }) => name,
  }).exactOptional(),
};

const forwardedKeys = {
  domain: numberOrAny(minDomain, maxDomain, domainRemedy).default('any'),
  sdoId: numberOrAny(
    minSdoId,
    maxSdoId,
    'write any, or a number of 12 bits, as in 0x100 (IEEE 802.1AS)',
  ).exactOptional(),
  transport: transport.exactOptional(),
};

const instanceTypes = {
  'e2e-tc': z.strictObject({ type: z.literal('e2e-tc'), ...forwardedKeys }),
  'p2p-tc': z.strictObject({
    type: z.literal('p2p-tc'),
    ...forwardedKeys,
    logMinPdelayReqInterval: setting(portDS.logMinPdelayReqInterval),
    ...messageKeys,
  }),
  bc: z.strictObject({ type: z.literal('bc'), ...clockKeys }),
  oc: z.strictObject({
    type: z.literal('oc'),
    ...clockKeys,
    slaveOnly: yesOrNo.default(false),
  }),
};

export const instance = z
  .preprocess(
    typedInstance,
    z.discriminatedUnion(
      'type',
      [instanceTypes['e2e-tc'], instanceTypes['p2p-tc'], instanceTypes.bc, instanceTypes.oc],
      { error: 'write one of type: e2e-tc, type: p2p-tc, type: bc, type: oc' },
    ),
  )
  .superRefine((value, context) => {
    if (value.type !== 'bc' && value.type !== 'oc') return;
    if (value.sdoId === gptpSdoId) {
      complain(context, ['sdoId'], {
        problem:
          '0x100 is IEEE 802.1AS (gPTP), whose clocks have other addresses, TLVs and rules than this one: no gPTP device would follow it',
        remedy:
          'leave sdoId out for a clock of IEEE 1588; gPTP passes by type: p2p-tc with sdoId: 0x100 beside it',
      });
    }
    const { maxRate } = value.servo;
    if (value.clock === 'system' && maxRate !== undefined && maxRate > maxRates.steering) {
      complain(context, ['servo', 'maxRate'], {
        problem: 'the kernel slews CLOCK_REALTIME by 500 ppm at most',
        remedy: 'write 500ppm or less, or leave clock: system out',
      });
    }
    if (value.holdover !== undefined) {
      const held = value.holdover.clockClass ?? worstHeldClockClass;
      if (value.clockClass <= held) {
        complain(context, ['holdover'], {
          problem: `a clock of clockClass ${value.clockClass} is not better with ${held} in holdover`,
          remedy: `give it a holdover.clockClass below its clockClass, from ${leastHeldClockClass}, or leave holdover out`,
        });
      }
      if (value.type === 'oc' && value.slaveOnly) {
        complain(context, ['holdover'], {
          problem: 'a slaveOnly clock announces nothing, so it has nothing to claim in holdover',
          remedy: 'leave one of them out',
        });
      }
    }
    if (value.type === 'oc' && value.slaveOnly && value.masterOnly === true) {
      complain(context, ['slaveOnly'], {
        problem: 'a clock cannot be both slaveOnly and masterOnly',
        remedy: 'leave one of them out',
      });
    }
  });

type ParsedInstance = z.infer<typeof instance>;
type ParsedClock = Extract<ParsedInstance, { type: 'bc' | 'oc' }>;

/** A clock with each of its ports spelled out. */
export function resolved(
  parsed: ParsedInstance,
  interfaces: readonly string[],
  complainAt: (path: readonly PropertyKey[], complaint: Complaint) => void,
): InstanceConfig {
  if (parsed.type !== 'bc' && parsed.type !== 'oc') return parsed;
  const { type, domain, sdoId, priority2, clockAccuracy, pathTrace } = parsed;
  const { offsetScaledLogVariance, ports: listed } = parsed;
  for (const [index, { interface: name }] of (listed ?? []).entries()) {
    if (interfaces.includes(name)) continue;
    complainAt(['ports', index], {
      problem: `${name} is not among the ports of the switch`,
      remedy: `use one of ${interfaces.join(', ')}, or add it there`,
    });
  }
  const own: readonly z.infer<typeof longClockPort>[] =
    listed ?? interfaces.map((name) => ({ interface: name }));
  if (type === 'oc' && own.length !== 1) {
    complainAt(listed === undefined ? ['type'] : ['ports'], {
      problem: `an ordinary clock has one port, not ${own.length}`,
      remedy: `name it, as in ports: [${own[0]?.interface}], or use type: bc`,
    });
  }
  const slaveOnly = parsed.type === 'oc' && parsed.slaveOnly;
  // With a better one than the grandmaster's it would follow nobody.
  const leastPriority1 = slaveOnly ? defaultDS.priority1.max : defaultDS.priority1.default;
  const { priority1 = leastPriority1 } = parsed;
  const ports = own.map((port, index): ClockPortConfig => {
    const merged: ClockPortConfig = { ...clockPortDefaults, ...portKeysOf(parsed), ...port };
    const { sourceAddress: address, transport } = merged;
    if (address !== undefined && transport !== (isIPv4(address) ? 'udp4' : 'udp6')) {
      complainAt(['ports', index, 'sourceAddress'], {
        problem: `${address} is of no use to transport: ${transport}`,
        remedy: 'give an IPv4 address for udp4, an IPv6 address for udp6',
      });
    }
    return merged;
  });
  return {
    ...{ type, domain, sdoId, priority1, priority2, clockAccuracy, offsetScaledLogVariance },
    clockClass: slaveOnly ? clockClasses.slaveOnly : parsed.clockClass,
    ...{ slaveOnly, pathTrace, clock: parsed.clock, time: parsed.time, ports },
    servo: servoOf(parsed.servo, parsed.clock),
    measurement: limitsOf(parsed.measurement),
    untilLocked: parsed.untilLocked,
    ...(parsed.holdover && { holdover: parsed.holdover }),
    ...messagesOf(parsed),
    ...(parsed.acceptableMasters && { acceptableMasters: parsed.acceptableMasters }),
  };
}

function messagesOf({ clockIdentity: identity, minorVersionPTP, encapsulation }: ParsedClock) {
  return {
    ...(identity !== undefined && { clockIdentity: identity }),
    ...(minorVersionPTP !== undefined && { minorVersionPTP }),
    ...(encapsulation && { encapsulation }),
  };
}

const clockPortKeysAlone = z.object(clockPortKeys);

/** Of what is said of the whole clock, what is meant for its ports. */
function portKeysOf(clock: z.infer<typeof clockPortKeysAlone>) {
  return clockPortKeysAlone.parse(clock);
}

/** The keys that may stand at a place below an instance, for suggestions; `type` as the file has it. */
export function instanceKeysAt(below: PropertyKey | undefined, type: unknown): readonly string[] {
  if (below === 'ports') return Object.keys(longClockPort.shape);
  if (below === 'acceptableMasters') return Object.keys(longAcceptableMaster.shape);
  if (below === 'encapsulation') return Object.keys(longEncapsulation.shape);
  if (below === 'servo') return Object.keys(longServo.shape);
  if (below === 'measurement') return Object.keys(longMeasurement.shape);
  if (below === 'time') return timeKeys;
  if (below === 'holdover') return Object.keys(holdover.shape);
  const found = Object.entries(instanceTypes).find(([name]) => name === type);
  return found === undefined ? [] : Object.keys(found[1].shape);
}

/** The types of instance that have a key. */
export function typesWith(key: string): readonly string[] {
  return Object.entries(instanceTypes).flatMap(([name, { shape }]) => (key in shape ? [name] : []));
}
