/** A device under test with the load generator's ports around it, each port in a namespace of its own. */

import { Network, type Jack, type Namespace } from '../test/support/netns/network.js';
import { offer, type Load, type LoadPlaces, type LoadReport } from './load.js';
import type { Measurements } from './measurements.js';
import { DIRECT_CABLE, metric } from './metrics.js';
import { HIGHEST_RATE, highestLossFreeRate } from './search.js';

const SEARCH_STEPS = 8;

export interface RigShape {
  readonly sinks: number;
  /** One more port, for requests that nobody answers. */
  readonly background?: boolean;
  /** One more port to be flooded, and an interface of the device that is none of its ports, to compare with. */
  readonly flooded?: boolean;
}

export class Rig {
  readonly network = new Network();
  readonly device: Namespace;
  /** Where a grandmaster goes; its interface is eth0. */
  readonly source: Namespace;
  readonly deviceInterfaces: readonly string[];
  /** Each at the far end of a cable to the device. */
  readonly flooders: { readonly port: Jack; readonly aside: Jack } | undefined;
  readonly #places: LoadPlaces;

  constructor(shape: RigShape) {
    this.device = this.network.namespace('device');
    const roles = ['source', ...Array.from({ length: shape.sinks }, (_, i) => `sink${i + 1}`)];
    if (shape.background === true) roles.push('background');
    if (shape.flooded === true) roles.push('flooder');
    this.deviceInterfaces = roles.map((_, i) => `eth${i + 1}`);
    const jacks = roles.map((role, i) => {
      const jack: Jack = { namespace: this.network.namespace(role), interface: 'eth0' };
      this.network.connect(jack, { namespace: this.device, interface: `eth${i + 1}` });
      return jack;
    });
    const [source, ...others] = jacks;
    this.source = source!.namespace;
    this.#places = {
      source: source!,
      sinks: others.slice(0, shape.sinks),
      background: shape.background === true ? others[shape.sinks] : undefined,
    };
    if (shape.flooded === true) {
      const aside = { namespace: this.network.namespace('aside'), interface: 'eth0' };
      this.network.connect(aside, { namespace: this.device, interface: 'aside' });
      this.flooders = { port: others.at(-1)!, aside };
    }
    // ptp4l needs addresses to speak UDP; nothing else uses them.
    this.deviceInterfaces.forEach((name, i) =>
      this.device.addAddress(name, `198.18.${i + 1}.1/24`),
    );
  }

  offer(load: Load): Promise<LoadReport> {
    return offer(this.#places, load);
  }

  close(): Promise<void> {
    return this.network.close();
  }
}

/** How much the generator itself can do: source and sink on one cable. Nothing that carries as much has shown its limit. */
export async function measureRigCeiling(
  measurements: Measurements,
  trialMs: number,
): Promise<void> {
  const network = new Network();
  try {
    const source: Jack = { namespace: network.namespace('source'), interface: 'eth0' };
    const sink: Jack = { namespace: network.namespace('sink'), interface: 'eth0' };
    network.connect(source, sink);
    const places = { source, sinks: [sink] };
    const rate = await highestLossFreeRate(
      (load) => offer(places, load),
      'pairs',
      { cpu: 0, milliseconds: trialMs },
      { start: 64_000, highest: HIGHEST_RATE, steps: SEARCH_STEPS },
    );
    measurements.addRate(metric.twoPortPairs, DIRECT_CABLE, rate);
  } finally {
    await network.close();
  }
}
