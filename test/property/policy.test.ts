/**
 * Which instance takes a message, for configurations and messages at random: what the rules say is what decision 0021 says, and of
 * what nobody takes there is a reason.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClockConfig, Config, InstanceConfig } from '../../src/config/config.js';
import { isClock } from '../../src/config/instances/overlap.js';
import { configSchema } from '../../src/config/schema.js';
import { policyRules, servedBy } from '../../src/daemon/forwarding/policy.js';
import { whyNotTaken } from '../../src/daemon/status/not-taken-reason.js';
import type { MessageKey } from '../../src/native/data-plane.js';

const interfaces = ['eth1', 'eth2', 'eth3'] as const;
const domains = fc.constantFrom(0, 1, 24);
const sdoIds = fc.constantFrom(0, 5);
const transports = fc.constantFrom('l2' as const, 'udp4' as const);
const tags = fc.constantFrom(0, 10);

const clocks = fc
  .record({
    type: fc.constant('bc' as const),
    domain: domains,
    sdoId: sdoIds,
    ports: fc.array(
      fc
        .record({
          interface: fc.constantFrom(...interfaces),
          transport: transports,
          delayMechanism: fc.constantFrom('e2e', 'p2p'),
          vlanId: tags,
        })
        .map(({ vlanId, ...port }) => ({ ...port, ...(vlanId !== 0 && { vlanId }) })),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .filter(({ ports }) => new Set(ports.map((port) => port.interface)).size === ports.length);

const transparent = fc.record(
  {
    type: fc.constantFrom('e2e-tc' as const, 'p2p-tc' as const),
    domain: domains,
    sdoId: sdoIds,
    transport: transports,
  },
  { requiredKeys: ['type'] },
);

/** Those that are no configuration, because two instances take the same, are left out. */
const configs: fc.Arbitrary<Config> = fc
  .array(fc.oneof(clocks, transparent), { minLength: 1, maxLength: 4 })
  .map((instances) => configSchema.safeParse({ ports: [...interfaces], instances }))
  .filter(({ success }) => success)
  .map(({ data }) => data as Config);

const keys: fc.Arbitrary<MessageKey> = fc.record({
  sdoId: sdoIds,
  domainNumber: domains,
  transport: transports,
  vlanId: tags,
  port: fc.nat(interfaces.length - 1),
});

const speaks = (clock: ClockConfig, { transport, vlanId }: MessageKey, at?: string) =>
  clock.ports.some(
    (port) =>
      (at === undefined || port.interface === at) &&
      port.transport === transport &&
      (port.vlanId ?? 0) === vlanId,
  );

/** Decision 0021 in its own order. */
function takerOf(
  instances: readonly InstanceConfig[],
  key: MessageKey,
): InstanceConfig | undefined {
  const { sdoId, domainNumber } = key;
  const ofDomain = instances
    .filter(isClock)
    .filter((clock) => clock.sdoId === sdoId && clock.domain === domainNumber);
  const here = ofDomain.find((clock) => speaks(clock, key, interfaces[key.port]));
  if (here !== undefined || ofDomain.some((clock) => speaks(clock, key))) return here;
  const named = (value: unknown, own: unknown) =>
    value === undefined || value === 'any' ? 0 : value === own ? 1 : NaN;
  const [best] = instances
    .flatMap((instance) => {
      if (isClock(instance)) return [];
      const { domain, sdoId: of, transport } = instance;
      const rank =
        4 * named(domain, domainNumber) + 2 * named(of, sdoId) + named(transport, key.transport);
      return Number.isNaN(rank) ? [] : [{ instance, rank }];
    })
    .toSorted((a, b) => b.rank - a.rank);
  return best?.instance;
}

describe('whoever takes a message', () => {
  test('is the one that decision 0021 says, and nobody where that says nobody', () => {
    fc.assert(
      fc.property(configs, keys, (config, key) => {
        const served = servedBy(policyRules(config), key);
        expect(served?.instance).toBe(takerOf(config.instances, key));
        if (served?.instance === undefined) return;
        const { type } = served.instance;
        expect(served.action).toBe(type === 'bc' ? 'terminate' : type);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is one, or there is one reason why nobody does', () => {
    fc.assert(
      fc.property(configs, keys, (config, key) => {
        const isTaken = servedBy(policyRules(config), key)?.instance !== undefined;
        const why = whyNotTaken(config.instances, key, interfaces[key.port] ?? '');
        expect(why === undefined).toBe(isTaken);
      }),
      { numRuns: 1_000 },
    );
  });

  test('peer delay messages that nobody takes are of one clock at most, which is at that port and of another domain', () => {
    fc.assert(
      fc.property(configs, keys, (config, key) => {
        const served = servedBy(policyRules(config), key);
        if (served?.linkOf === undefined) return;
        expect(served).toMatchObject({ action: 'terminate', instance: undefined });
        expect(key.domainNumber).toBe(0);
        expect(served.linkOf.domain).not.toBe(0);
        expect(speaks(served.linkOf, key, interfaces[key.port])).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
