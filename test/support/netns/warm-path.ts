/**
 * Software time stamps that tell of the clocks under test, and not of the machine's caches.
 *
 * Between a transmit time stamp and the receive time stamp at the other end of a veth cable lies code of the kernel. A
 * processor that halted, or did something else in the meantime, takes some 2 us for it, one that has just done it a quarter
 * of that. In a network that is idle but for a few messages a second each kind of message meets another of the two, and the
 * difference is an asymmetry of the path to every clock on it (docs/peer-to-peer.md). While the way is kept warm, it
 * is short and alike for all.
 */

import { cpus } from 'node:os';
import { compiled } from './compiled.js';
import { Network, type Jack } from './network.js';

const START_TIMEOUT_MS = 5_000;

/**
 * Keeps the way through veth warm on every processor, giving way to all else; until the function returned is called.
 * From `places` it sends messages of other clocks, one place after another, when nothing else wants the processor: they go
 * the very way that others' do, and what forwards them there is warm too.
 */
export async function keepPathWarm(places: readonly Jack[] = []): Promise<() => Promise<void>> {
  const network = new Network();
  try {
    const namespace = network.namespace('warm');
    // For every processor of the machine: the program takes as many as it may run on.
    const ends = Array.from({ length: cpus().length }, (_, cable) => {
      const jacks = ['near', 'far'].map((end) => ({ namespace, interface: `${end}${cable}` }));
      network.connect(jacks[0]!, jacks[1]!);
      return jacks.map((jack) => jack.interface);
    });
    const others = places.map((place) => `${place.namespace.name}:${place.interface}`);
    const child = namespace.spawn(compiled('warm-path'), [...ends.flat(), ...others]);
    await child.waitForLine(/^ready$/, START_TIMEOUT_MS);
  } catch (error) {
    await network.close();
    throw error;
  }
  return () => network.close();
}
