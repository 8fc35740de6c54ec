/** The command line's share of the configuration: options replace what the file says of the same thing. */

export interface ConfigOptions {
  readonly interfaces?: readonly string[] | undefined;
  readonly type?: string | undefined;
  /** A number, or "any". */
  readonly domain?: number | string | undefined;
  readonly timestamping?: string | undefined;
}

/**
 * Lays the options over the file's data. `interfaces` replaces the ports; `type` or `domain` replaces the instances by
 * one; without a file that one is an end-to-end transparent clock for every domain.
 * @param data of the file; undefined without one
 */
export function withOptions(data: unknown, options: ConfigOptions): unknown {
  const overlay: Record<string, unknown> = {};
  const { interfaces, type, domain, timestamping } = options;
  if (interfaces !== undefined) overlay.ports = interfaces;
  if (timestamping !== undefined) overlay.timestamping = timestamping;
  if (type !== undefined || domain !== undefined || data === undefined) {
    overlay.instances = [{ type: type ?? 'e2e-tc', ...(domain === undefined ? {} : { domain }) }];
  }
  const isMapping = typeof data === 'object' && data !== null && !Array.isArray(data);
  return data === undefined || isMapping ? { ...data, ...overlay } : data;
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
      if (options.type === undefined && options.domain === undefined) return undefined;
      return path[2] === 'domain' ? '--domain' : '--type';
    default:
      return undefined;
  }
}
