/** Which transparent clock takes the messages that no clock of this box takes: the more special before the more general. */
import type { ClockConfig, ClockPortConfig, InstanceConfig } from '../config.js';
import { isClock } from './overlap.js';

export type TransparentConfig = Exclude<InstanceConfig, ClockConfig>;

/** In the order of precedence. */
export function transparentIn(instances: readonly InstanceConfig[]): readonly TransparentConfig[] {
  return instances
    .filter((instance) => !isClock(instance))
    .toSorted((a, b) => specialityOf(b) - specialityOf(a));
}

/** One domain goes before one sdoId, and that before one transport. */
function specialityOf({ domain, sdoId = 'any', transport }: TransparentConfig): number {
  return (domain === 'any' ? 0 : 4) + (sdoId === 'any' ? 0 : 2) + (transport === undefined ? 0 : 1);
}

export function takesTransport(
  { transport }: TransparentConfig,
  candidate: ClockPortConfig['transport'],
): boolean {
  return (transport ?? candidate) === candidate;
}

/** Whether it is a transparent clock that is the first for a domain, on one of the transports. */
export function forwardsDomain(
  instances: readonly InstanceConfig[],
  instance: InstanceConfig,
  sdoId: number,
  domainNumber: number,
): boolean {
  const fitting = transparentIn(instances).filter(
    (candidate) =>
      [domainNumber, 'any'].includes(candidate.domain) &&
      [sdoId, 'any'].includes(candidate.sdoId ?? 'any'),
  );
  const [first] = fitting;
  if (first === undefined || isClock(instance)) return false;
  return (
    fitting.includes(instance) &&
    first.domain === instance.domain &&
    (first.sdoId ?? 'any') === (instance.sdoId ?? 'any')
  );
}
