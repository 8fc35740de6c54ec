/** What an instance is called: by type and domain, and where that is not enough by whatever else tells it apart. */
import type { InstanceConfig } from '../config.js';

/** "bc of domain 0"; "bc of domain 0, VLAN 10" beside another one. No two have the same name. */
export function instanceNames(
  instances: readonly InstanceConfig[],
): ReadonlyMap<InstanceConfig, string> {
  return new Map(
    instances.map((instance) => {
      const alike = instances.filter((other) => shortName(other) === shortName(instance));
      return [instance, [shortName(instance), ...distinctions(instance, alike)].join(', ')];
    }),
  );
}

function shortName({ type, domain }: InstanceConfig): string {
  return domain === 'any' ? `${type} of any domain` : `${type} of domain ${domain}`;
}

/** In the order in which they are looked for: as few as are needed. */
const features: readonly ((instance: InstanceConfig) => string)[] = [
  ({ sdoId }) => (typeof sdoId === 'number' ? `sdoId ${inHex(sdoId)}` : 'any sdoId'),
  (instance) => transportsOf(instance).join(' and '),
  (instance) =>
    list(instance, ({ vlanId }) => (vlanId === undefined ? 'untagged' : `VLAN ${vlanId}`)),
  (instance) => `on ${list(instance, (port) => port.interface)}`,
  (instance) =>
    list(instance, ({ interface: name, transport, vlanId }) =>
      [name, transport, vlanId].filter((part) => part !== undefined).join('/'),
    ),
];

function distinctions(instance: InstanceConfig, alike: readonly InstanceConfig[]): string[] {
  const chosen: string[] = [];
  let rivals = alike.filter((other) => other !== instance);
  for (const feature of features) {
    const own = feature(instance);
    const left = rivals.filter((other) => feature(other) === own);
    if (left.length === rivals.length) continue;
    rivals = left;
    chosen.push(own);
  }
  return chosen;
}

function transportsOf(instance: InstanceConfig): readonly string[] {
  if ('ports' in instance) return [...new Set(instance.ports.map(({ transport }) => transport))];
  return [instance.transport ?? 'any transport'];
}

type Port = Extract<InstanceConfig, { readonly ports: unknown }>['ports'][number];

function list(instance: InstanceConfig, textOf: (port: Port) => string): string {
  return 'ports' in instance ? [...new Set(instance.ports.map(textOf))].join(' and ') : '';
}

/** As the standard writes it. */
export function inHex(sdoId: number): string {
  return `0x${sdoId.toString(16).padStart(3, '0')}`;
}
