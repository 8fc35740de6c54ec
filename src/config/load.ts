/** Makes a Config out of a file, of options, or of both; everything that is wrong is said at once. */
import type { z } from 'zod';
import type { Config } from './config.js';
import { ConfigError, type ConfigIssue } from './config-error.js';
import { typesWith } from './instance-schema.js';
import { nearestKey } from './nearest-key.js';
import { optionFor, withOptions, type ConfigOptions } from './options.js';
import { configSchema, keysAt } from './schema.js';
import type { Complaint } from './shapes.js';
import { readYaml, type YamlSource } from './yaml/yaml-source.js';

type Path = readonly PropertyKey[];

/** Of a value in an error: enough to find it by. */
const maxShownLength = 60;

/**
 * @param file a YAML file; undefined: the options are all there is
 * @throws ConfigError
 */
export function loadConfig(file: string | undefined, options: ConfigOptions = {}): Config {
  const source = file === undefined ? undefined : readYaml(file);
  if (file !== undefined && source?.data === undefined) throw emptyFile(file);
  const data = withOptions(source?.data, options);
  const result = configSchema.safeParse(data, { reportInput: true });
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap((issue) => explain(issue, source, options));
  throw new ConfigError(firstOfEachKey(issues));
}

function emptyFile(file: string): ConfigError {
  const remedy = 'begin with ports: [eth1, eth2] and instances: [{type: e2e-tc}]';
  return new ConfigError([{ where: `${file}:1`, key: '', problem: 'is empty', remedy }]);
}

/** One number can break several rules; the first says enough. */
function firstOfEachKey(issues: readonly ConfigIssue[]): ConfigIssue[] {
  return issues.filter(
    ({ where, key }, index) =>
      issues.findIndex((other) => other.where === where && other.key === key) === index,
  );
}

function explain(
  issue: z.core.$ZodIssue,
  source: YamlSource | undefined,
  options: ConfigOptions,
): ConfigIssue[] {
  if (issue.code === 'unrecognized_keys') {
    const { type } = issue.input as { type?: unknown };
    const keys = keysAt(issue.path, type);
    return issue.keys.map((key) => ({
      ...locate([...issue.path, key], source, options),
      ...(ofAnotherType(key, issue.path, type, options) ?? {
        problem: 'unknown key',
        remedy: misplaced(key, issue.path) ?? suggestion(key, keys),
      }),
    }));
  }
  return [
    {
      ...locate(issue.path, source, options),
      problem: problemOf(issue),
      remedy:
        issue.path.length === 0
          ? 'write keys and values, as in ports: [eth1, eth2]'
          : issue.message,
    },
  ];
}

/** A key that an instance of this type does not have, but others do. */
function ofAnotherType(
  key: string,
  path: Path,
  type: unknown,
  options: ConfigOptions,
): Complaint | undefined {
  const isInstance = path[0] === 'instances' && path.length === 2;
  const others = isInstance ? typesWith(key) : [];
  if (others.length === 0) return undefined;
  const asked = optionFor([...path, 'type'], options);
  const problem = `is not for type: ${String(type)}`;
  if (asked !== undefined) return { problem, remedy: `leave it out, or leave out ${asked}` };
  const fitting = others.map((name) => `type: ${name}${name === 'oc' ? ' (on one port)' : ''}`);
  return { problem, remedy: `leave it out, or use ${fitting.join(' or ')}` };
}

/** A key of the bridge that stands beside it. */
function misplaced(key: string, path: Path): string | undefined {
  if (path.length > 0 || !keysAt(['bridge'], undefined).includes(key)) return undefined;
  return `it goes into bridge, as in bridge: {name: br-ptp, ${key}: ...}`;
}

function suggestion(key: string, keys: readonly string[]): string {
  const nearest = nearestKey(key, keys);
  return nearest === undefined
    ? `the keys here are ${keys.join(', ')}`
    : `did you mean ${nearest}?`;
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom' && typeof issue.params?.problem === 'string') {
    return issue.params.problem;
  }
  const value = offendingValue(issue);
  if (value === undefined || value === null) return 'is missing';
  if (issue.code === 'too_small' && Array.isArray(value)) {
    return value.length === 0 ? 'is empty' : `has only ${value.length}`;
  }
  if (issue.code === 'too_big' && Array.isArray(value)) return `has ${value.length}`;
  return `${shown(value)} does not fit here`;
}

/** As it stands in the file, or nearly; what is longer is cut off, and what has no end has no text. */
function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  try {
    const text = JSON.stringify(value) ?? typeof value;
    return text.length <= maxShownLength ? text : `${text.slice(0, maxShownLength)}...`;
  } catch {
    return 'what contains itself';
  }
}

/** Where a key decides between shapes and has none of the known values, the path is the key's, the input its parent. */
function offendingValue(issue: z.core.$ZodIssue): unknown {
  if (issue.code !== 'invalid_union' || issue.discriminator === undefined) return issue.input;
  return (issue.input as Record<string, unknown>)[issue.discriminator];
}

function locate(
  path: Path,
  source: YamlSource | undefined,
  options: ConfigOptions,
): Pick<ConfigIssue, 'where' | 'key'> {
  const option = optionFor(path, options);
  if (option !== undefined) return { where: 'command line', key: option };
  if (source === undefined) return { where: 'command line', key: '-i' };
  return { where: source.where(path), key: dotted(path) };
}

/** "ports[1].delayAsymmetry" */
function dotted(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}
