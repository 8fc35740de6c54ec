/** The command line's share of the configuration: an option replaces that one thing of the file, and no more. */
import { defaultBridgeName, longBridgeForm } from './bridge-schema.js';
import { ConfigError, type ConfigIssue } from './config-error.js';
import { asList, typedInstance } from './words.js';

export interface ConfigOptions {
  readonly interfaces?: readonly string[] | undefined;
  readonly type?: string | undefined;
  /** A number, or "any". */
  readonly domain?: number | string | undefined;
  readonly timestamping?: string | undefined;
  /** The name of a bridge to be made; empty: the file's, or the default one. */
  readonly bridge?: string | undefined;
  /** The name of a bridge that is there already. */
  readonly joinBridge?: string | undefined;
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Lays the options over the file's data. `interfaces` replaces the ports; `type` and `domain` are of the only instance,
 * `bridge` and `joinBridge` of the bridge, which keep what else the file says of them. Without a file, or with one that
 * names no instance, the instance is an end-to-end transparent clock for every domain unless the options say otherwise.
 * @param data of the file; undefined without one
 * @throws ConfigError where an option does not fit what the file has
 */
export function withOptions(data: unknown, options: ConfigOptions): unknown {
  const isMapping = typeof data === 'object' && data !== null && !Array.isArray(data);
  if (data !== undefined && !isMapping) return data;
  const file: Mapping = { ...data };
  const { interfaces, timestamping } = options;
  const issues = [...instanceIssues(file, options), ...bridgeIssues(file, options)];
  if (issues.length > 0) throw new ConfigError(issues);
  return {
    ...file,
    ...(interfaces && { ports: interfaces }),
    ...(timestamping !== undefined && { timestamping }),
    ...instancesWith(data === undefined ? { instances: ['e2e-tc'] } : file, options),
    ...bridgeWith(file, options),
  };
}

function instancesWith({ instances }: Mapping, { type, domain }: ConfigOptions): Mapping {
  const said = { ...(type !== undefined && { type }), ...(domain !== undefined && { domain }) };
  if (Object.keys(said).length === 0) return instances === undefined ? {} : { instances };
  const listed = asList(instances ?? 'e2e-tc');
  const only = Array.isArray(listed) ? typedInstance(listed[0]) : undefined;
  const isMapping = typeof only === 'object' && only !== null && !Array.isArray(only);
  // What is no instance at all is for the schema to refuse.
  return { instances: isMapping ? [{ ...only, ...said }] : instances };
}

function instanceIssues({ instances }: Mapping, { type, domain }: ConfigOptions): ConfigIssue[] {
  const listed: unknown = asList(instances);
  if (!Array.isArray(listed) || listed.length < 2) return [];
  const names = listed.map(nameOf).join(', ');
  const given = [type !== undefined && '--type', domain !== undefined && '--domain'];
  return given.flatMap((option) =>
    option === false
      ? []
      : [
          refused(
            option,
            `is for a file of one instance, and this one has ${listed.length}: ${names}`,
            'change the one that is meant in the file',
          ),
        ],
  );
}

function bridgeWith(file: Mapping, { bridge, joinBridge }: ConfigOptions): Mapping {
  const said = settingsOf(file);
  if (joinBridge !== undefined) return { bridge: { ...said, join: joinBridge } };
  if (bridge === undefined) return {};
  return { bridge: { name: defaultBridgeName, ...said, ...(bridge !== '' && { name: bridge }) } };
}

function bridgeIssues(file: Mapping, { bridge, joinBridge }: ConfigOptions): ConfigIssue[] {
  const { name, join } = settingsOf(file);
  if (bridge !== undefined && joinBridge !== undefined) {
    return [refused('--bridge', 'stands beside --join-bridge', 'leave one of them out')];
  }
  if (bridge !== undefined && join !== undefined) {
    const problem = `makes a bridge, and the file joins ${shown(join)}`;
    return [refused('--bridge', problem, 'leave it out, or use --join-bridge')];
  }
  if (joinBridge !== undefined && name !== undefined) {
    const problem = `joins a bridge, and the file makes ${shown(name)}`;
    return [refused('--join-bridge', problem, 'leave it out, or use --bridge')];
  }
  return [];
}

/** What the file says of its bridge, in the long form. */
function settingsOf({ bridge }: Mapping): Mapping {
  const long = longBridgeForm(bridge);
  return typeof long === 'object' && long !== null ? { ...long } : {};
}

function nameOf(raw: unknown): string {
  const instance = typedInstance(raw);
  if (typeof instance !== 'object' || instance === null) return shown(raw);
  const { type, domain } = instance as Mapping;
  return domain === undefined ? shown(type) : `${shown(type)} (domain ${shown(domain)})`;
}

/** A value of the file as its author would write it. */
function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function refused(key: string, problem: string, remedy: string): ConfigIssue {
  return { where: 'command line', key, problem, remedy };
}

/** The option that a key of the merged configuration came from; undefined when it is the file's. */
export function optionFor(
  path: readonly PropertyKey[],
  options: ConfigOptions,
): string | undefined {
  switch (path[0]) {
    case 'ports':
      return options.interfaces && '-i';
    case 'timestamping':
      return options.timestamping && '--timestamping';
    case 'instances':
      if (path[2] === 'domain' && options.domain !== undefined) return '--domain';
      return path[2] === 'type' && options.type !== undefined ? '--type' : undefined;
    case 'bridge':
      if (path[1] === 'name' && options.bridge) return '--bridge';
      return path[1] === 'join' && options.joinBridge !== undefined ? '--join-bridge' : undefined;
    default:
      return undefined;
  }
}
