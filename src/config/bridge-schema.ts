/** The shape of `bridge` and of a port's `vlan`, and what they need of each other. */
import { isIP } from 'node:net';
import { z } from 'zod';
import type { BridgeConfig, PortConfig } from './config.js';
import { complain, listOf, oneOf, wholeNumber, yesOrNo } from './shapes.js';
import { truthIn } from './words.js';

/** Of a bridge that is wanted without a name. */
export const defaultBridgeName = 'br-ptp';
/** 802.1D, table 17-1. */
const defaultForwardDelay = 15;

/** 802.1Q, 9.6: 0 is no VLAN, 4095 is reserved. */
const vlanId = wholeNumber(1, 4094, 'write the number of a VLAN, from 1 to 4094');

export const vlan = z
  .strictObject(
    {
      pvid: vlanId.exactOptional(),
      tagged: listOf(vlanId, 'list numbers of VLANs, as in tagged: [10, 20]').default([]),
    },
    { error: 'write the VLANs of the port, as in vlan: {pvid: 10, tagged: [20, 30]}' },
  )
  .superRefine(({ pvid, tagged }, context) => {
    if (pvid === undefined || !tagged.includes(pvid)) return;
    complain(context, ['tagged'], {
      problem: `VLAN ${pvid} leaves both with and without a tag`,
      remedy: 'name it as pvid or in tagged',
    });
  });

/** Letters that iproute2 and nftables take without quoting. */
const bridgeName = z
  .string({ error: 'write the name of the bridge, as in br-ptp' })
  .regex(/^[A-Za-z][A-Za-z0-9._-]{0,14}$/, {
    error: 'write the name of the bridge: 1 to 15 letters, digits, . _ or -, a letter first',
  });

const addressRemedy = 'write an address with its prefix length, as in 192.0.2.1/24';
const address = z
  .string({ error: addressRemedy })
  .refine((text) => isAddressWithPrefix(text), { error: addressRemedy });

/** What can be said of a bridge that the switch makes itself; one of the system's keeps its own. */
const ownBridgeKeys = {
  stp: yesOrNo.exactOptional(),
  // 802.1D, table 17-1, has 4 to 30 s; Linux takes 2.
  forwardDelay: wholeNumber(2, 30, 'write whole seconds, from 2 to 30').exactOptional(),
  vlanFiltering: yesOrNo.exactOptional(),
  igmpSnooping: yesOrNo.exactOptional(),
  querier: yesOrNo.exactOptional(),
  address: listOf(address, 'list addresses, as in address: [192.0.2.1/24]').exactOptional(),
};

const longBridge = z.strictObject(
  {
    name: bridgeName.exactOptional(),
    join: bridgeName.exactOptional(),
    ...ownBridgeKeys,
    pruneMulticast: yesOrNo.default(false),
    hostPtp: yesOrNo.default(false),
    onExit: oneOf('block', 'forward').default('block'),
    onStop: oneOf('restore', 'keep').default('restore'),
  },
  {
    error:
      'write bridge: {name: br-ptp}, or the name of a bridge that is there already, or leave it out',
  },
);

type ParsedBridge = z.infer<typeof longBridge>;

/** The name of one that is there already stands alone; yes is for one of our own. */
export function longBridgeForm(value: unknown): unknown {
  const wanted = truthIn(value);
  if (wanted === true) return { name: defaultBridgeName };
  return typeof wanted === 'string' ? { join: wanted } : value;
}

export const bridge = z.preprocess(longBridgeForm, longBridge).superRefine((value, context) => {
  const remedy = 'write name for a bridge to be made, join for one that is there already';
  if (value.name === undefined && value.join === undefined) {
    complain(context, ['name'], { problem: 'is missing', remedy });
  }
  if (value.name !== undefined && value.join !== undefined) {
    complain(context, ['join'], { problem: 'stands beside name', remedy });
  }
  for (const key of ['igmpSnooping', 'querier'] as const) {
    if (!value.pruneMulticast || value[key] !== false) continue;
    complain(context, ['pruneMulticast'], {
      problem: `needs ${key}: who listens is found out by snooping on the answers to a querier`,
      remedy: `leave out ${key}: false, or pruneMulticast`,
    });
  }
  if (value.join === undefined) return;
  for (const key of Object.keys(ownBridgeKeys) as (keyof typeof ownBridgeKeys)[]) {
    if (value[key] === undefined) continue;
    complain(context, [key], {
      problem: 'is for a bridge of our own',
      remedy: `set it where ${value.join} is managed`,
    });
  }
});

export const bridgeKeys = Object.keys(longBridge.shape);
export const vlanKeys = Object.keys(vlan.shape);

/** VLANs of ports are set on a bridge of our own, if it is not told to ignore them. */
export function complainOfVlans(
  wanted: ParsedBridge | undefined,
  ports: readonly Pick<PortConfig, 'vlan'>[],
  context: z.RefinementCtx,
): void {
  if (wanted?.name !== undefined && wanted.vlanFiltering !== false) return;
  for (const [index, port] of ports.entries()) {
    if (port.vlan === undefined) continue;
    complain(context, ['ports', index, 'vlan'], {
      problem: 'needs a bridge of our own that filters VLANs',
      remedy: 'write bridge: {name: br-ptp}, or leave vlan out',
    });
  }
}

/** With what is not said filled in; VLANs are filtered where a port has some. */
export function bridgeConfig(
  wanted: ParsedBridge,
  ports: readonly Pick<PortConfig, 'vlan'>[],
): BridgeConfig {
  const { pruneMulticast, hostPtp, onExit, onStop } = wanted;
  return {
    name: wanted.join ?? wanted.name ?? '',
    existing: wanted.join !== undefined,
    stp: wanted.stp ?? true,
    forwardDelay: wanted.forwardDelay ?? defaultForwardDelay,
    vlanFiltering: wanted.vlanFiltering ?? ports.some((port) => port.vlan !== undefined),
    igmpSnooping: wanted.igmpSnooping ?? true,
    querier: wanted.querier ?? true,
    address: wanted.address ?? [],
    ...{ pruneMulticast, hostPtp, onExit, onStop },
  };
}

function isAddressWithPrefix(text: string): boolean {
  const [ip = '', prefix = '', ...rest] = text.split('/');
  const longest = { 4: 32, 6: 128 }[isIP(ip)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest;
}
