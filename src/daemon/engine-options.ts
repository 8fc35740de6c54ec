/** What the engine is opened with, made from the configuration. */
import type { Config, Limits } from '../config/config.js';
import type { OpenOptions } from '../native/data-plane.js';

/** How the engine's thread runs; what it does with messages is in the configuration. */
export type EngineOptions = Pick<OpenOptions, 'cpu' | 'busyPoll'>;

/** What the engine is to do, as configured. */
export function openOptions(config: Config): Omit<OpenOptions, 'ports' | 'busyPoll'> {
  const { timestamping, limits, socketPriority } = config;
  const steersHardware = config.instances.some(
    (instance) => 'clock' in instance && instance.clock === 'phc',
  );
  return {
    // A clock that is to be steered is used, whatever the other ports have.
    timestamping: timestamping === 'auto' && steersHardware ? 'mixed' : timestamping,
    ...(limits && { limits: sizesOf(limits, config.ports.length) }),
    ...(socketPriority !== undefined && { socketPriority }),
  };
}

/** The tables of the engine are for all ports together. */
function sizesOf(shares: Limits, ports: number): OpenOptions['limits'] {
  return Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, share * ports]));
}
