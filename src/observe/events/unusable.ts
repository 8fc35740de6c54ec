/** PTP that comes in and that no instance takes: which, why, and what to do. */
import type { Snapshot } from '../snapshot.js';
import type { Condition } from './conditions.js';
import { nothing } from './event.js';

/** Somebody who makes up domains fills no ring: of that many kinds events tell, of the rest stats. */
const maxKinds = 64;
/** A kind that has not been heard for so long makes room for another. */
const rememberedNs = 3600e9;

export class Unusable {
  /** When each was heard last. */
  readonly #heardNs = new Map<string, number>();

  look({ unusable, monotonicNs }: Pick<Snapshot, 'unusable' | 'monotonicNs'>): Condition[] {
    for (const [key, heardNs] of this.#heardNs) {
      if (heardNs < monotonicNs - rememberedNs) this.#heardNs.delete(key);
    }
    const found = new Map<string, Condition>();
    for (const { interface: name, sdoId, domain, vlan, transport, reason, ...rest } of unusable) {
      const key = [name, sdoId, domain, vlan, transport].join();
      // What is for another host is of no concern here.
      if (reason === 'otherHost' || found.has(key)) continue;
      if (!this.#heardNs.has(key) && this.#heardNs.size === maxKinds) continue;
      this.#heardNs.set(key, monotonicNs);
      const subject = { ...nothing, interface: name, sdoId, domain, vlan };
      found.set(key, {
        ...{ kind: 'heard-but-unusable', subject, detail: transport, from: null, to: reason },
        ...saidOf(name, rest.description),
      });
    }
    return [...found.values()];
  }
}

/** "eth1: PTP of domain 24 over l2 is not taken: no instance is of domain 24; give one domain: 24" */
function saidOf(name: string, description: string) {
  const prefix = `${name}: `;
  const line = description.startsWith(prefix) ? description.slice(prefix.length) : description;
  const [text = '', ...remedies] = line.split('; ');
  return { text, remedy: remedies.length === 0 ? null : remedies.join('; ') };
}
