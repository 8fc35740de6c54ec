/** Changes a running clock to another configuration, in what can be changed while it goes on (src/daemon/reload/decisions.ts). */
import type { ClockConfig, ClockPortConfig } from '../../../config/config.js';
import type { Clock } from '../../../core/instance/clock.js';
import type { Output } from '../../../core/io.js';

type Numbers = Pick<ClockConfig, 'priority1' | 'priority2' | 'slaveOnly'>;
type Quality = Pick<ClockConfig, 'clockClass' | 'clockAccuracy' | 'offsetScaledLogVariance'>;
type PortSettings = Pick<
  ClockPortConfig,
  | 'logAnnounceInterval'
  | 'announceReceiptTimeout'
  | 'logSyncInterval'
  | 'logMinDelayReqInterval'
  | 'logMinPdelayReqInterval'
  | 'masterOnly'
>;

/** What management has set stays, unless it is what the configuration changes. */
export function reconfigured(
  clock: Pick<Clock, 'reconfigure' | 'reconfigurePort' | 'state'>,
  before: ClockConfig,
  after: ClockConfig,
): readonly Output[] {
  const outputs = after.ports.flatMap((port, index) => {
    const change = changeOf(portSettings(before.ports[index] ?? port), portSettings(port));
    return change === undefined ? [] : clock.reconfigurePort(index + 1, change);
  });
  const numbers = changeOf(numbersOf(before), numbersOf(after));
  const quality = changeOf(qualityOf(before), qualityOf(after));
  const pathTrace = changeOf({ pathTrace: before.pathTrace }, { pathTrace: after.pathTrace });
  if (numbers === undefined && quality === undefined && pathTrace === undefined) return outputs;
  const { clockQuality } = clock.state().defaultDS;
  const defaultDS = {
    ...numbers,
    ...(quality && { clockQuality: { ...clockQuality, ...quality } }),
  };
  return [...outputs, ...clock.reconfigure({ defaultDS, ...pathTrace })];
}

function numbersOf({ priority1, priority2, slaveOnly }: ClockConfig): Numbers {
  return { priority1, priority2, slaveOnly };
}

function qualityOf({ clockClass, clockAccuracy, offsetScaledLogVariance }: ClockConfig): Quality {
  return { clockClass, clockAccuracy, offsetScaledLogVariance };
}

function portSettings(port: ClockPortConfig): PortSettings {
  const { logAnnounceInterval, announceReceiptTimeout, logSyncInterval } = port;
  const { logMinDelayReqInterval, logMinPdelayReqInterval, masterOnly } = port;
  return {
    ...{ logAnnounceInterval, announceReceiptTimeout, logSyncInterval },
    ...{ logMinDelayReqInterval, logMinPdelayReqInterval, masterOnly },
  };
}

/** The members that differ; undefined where none does. */
function changeOf<Shape extends object>(before: Shape, after: Shape): Partial<Shape> | undefined {
  const changed = (Object.keys(after) as (keyof Shape)[]).filter(
    (key) => before[key] !== after[key],
  );
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map((key) => [key, after[key]])) as Partial<Shape>;
}
