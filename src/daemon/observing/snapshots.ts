/** Makes of what a switch knows what is looked at once a second (src/observe/snapshot.ts). */
import type { Config, InstanceConfig } from '../../config/config.js';
import { instanceNames } from '../../config/instances/name.js';
import { isClock } from '../../config/instances/overlap.js';
import { unitsPerNs } from '../../core/time/time-interval.js';
import type { CounterLayout, DataPlane } from '../../native/data-plane.js';
import type { CounterSnapshot, LinkDelaySnapshot, Snapshot } from '../../observe/snapshot.js';
import type { Moment } from '../../observe/events/event.js';
import type { Instances } from '../instances/instances.js';
import { systemTimeOf } from '../runtime/system-time.js';
import type { TimerClock } from '../runtime/timers.js';
import type { Isolation } from '../status/notices.js';
import { linkOf, type BridgePortStatus } from '../status/status.js';
import { clockSnapshotOf } from './clock-snapshot.js';

export interface SnapshotsOptions {
  readonly dataPlane: DataPlane;
  /** As it is now. */
  readonly config: () => Config;
  readonly instances: Pick<
    Instances,
    'attached' | 'peerDelay' | 'syntonisation' | 'notTaken' | 'failedRecords'
  >;
  readonly isolationOf: (port: number) => Isolation | null;
  readonly bridgePort: (port: number) => BridgePortStatus;
  readonly timerClock: TimerClock;
}

const nsPerMs = 1_000_000n;

export function momentOf({
  dataPlane,
  timerClock,
}: Pick<SnapshotsOptions, 'dataPlane' | 'timerClock'>): Moment {
  const { shown } = systemTimeOf(dataPlane);
  return { monotonicNs: timerClock.now(), unixMs: Number(shown / unitsPerNs / nsPerMs) };
}

export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #layout: Pick<CounterSnapshot, 'indexOf' | 'stride' | 'residence'>;
  /** Of the configuration as it was last. */
  #names: { readonly config: Config; readonly of: ReadonlyMap<InstanceConfig, string> } | undefined;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    this.#layout = layoutOf(options.dataPlane.counters().layout);
  }

  /** For those who look every second alone: the offsets of a clock are told once. */
  take(): Snapshot {
    const { dataPlane, instances } = this.#options;
    const { common } = systemTimeOf(dataPlane);
    const clocks = instances.attached.flatMap((entry) => clockSnapshotOf(entry, common) ?? []);
    return {
      ...momentOf(this.#options),
      ports: this.#ports(),
      counters: this.#counters(),
      clocks,
      ...this.#transparentClocks(),
      unusable: instances
        .notTaken()
        .map(({ domainNumber: domain, vlanId: vlan, ...rest }) => ({ ...rest, domain, vlan })),
      failedRecords: instances.failedRecords,
    };
  }

  #transparentClocks(): Pick<Snapshot, 'transparentClocks' | 'domains'> {
    const config = this.#options.config();
    if (this.#names?.config !== config) {
      this.#names = { config, of: instanceNames(config.instances) };
    }
    const names = this.#names.of;
    const transparent = config.instances.flatMap((instance) =>
      isClock(instance) ? [] : [{ instance, name: names.get(instance) ?? '' }],
    );
    return {
      transparentClocks: transparent.map(({ name, instance: { type, domain } }) => ({
        ...{ name, type, domain },
      })),
      domains: transparent.flatMap(({ name, instance }) =>
        this.#options.instances
          .syntonisation(instance)
          .map(({ domainNumber: domain, sdoId, state, rateOffsetPpb, source }) => ({
            ...{ instance: name, domain, sdoId, state, rateOffsetPpb, source },
          })),
      ),
    };
  }

  #ports(): Snapshot['ports'] {
    const { dataPlane, isolationOf, bridgePort } = this.#options;
    return dataPlane.ports().map((info, port) => ({
      interface: info.interface,
      link: linkOf(info),
      timestamping: info.timestamping,
      timestampingReason: info.timestampingReason,
      hardwareClock: info.clock,
      isolatedWith: isolationOf(port)?.loopWith ?? null,
      bridgeState: bridgePort(port).bridgeState ?? null,
      linkDelays: this.#linkDelays(port),
    }));
  }

  #linkDelays(port: number): LinkDelaySnapshot[] {
    const links = this.#options.instances.peerDelay(port)?.links ?? [];
    return links.map((link) => {
      const { transport, state, description, meanLinkDelayNs, neighborRateRatio, neighbor } = link;
      return { transport, state, description, meanLinkDelayNs, neighborRateRatio, neighbor };
    });
  }

  /** The engine goes on counting: what is looked at is a copy. */
  #counters(): CounterSnapshot {
    const { values } = this.#options.dataPlane.counters();
    const copy = new Float64Array(values.length);
    for (const [index, value] of values.entries()) copy[index] = Number(value);
    return { ...this.#layout, values: copy };
  }
}

function layoutOf({ names, stride, residence }: CounterLayout) {
  return { indexOf: new Map(names.map((name, index) => [name, index])), stride, residence };
}
