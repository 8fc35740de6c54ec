/**
 * Random numbers that a seed repeats: xoshiro128** (Blackman and Vigna), its state filled by splitmix32. Every model of
 * a network draws from a stream of its own, named after it, so that one more draw here changes nothing there.
 */

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** The same `seed` and `name` give the same numbers. */
  constructor(seed: number, name: string) {
    let state = (seed ^ hashOf(name)) | 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return mixed ^ (mixed >>> 15);
    };
    [this.#a, this.#b, this.#c, this.#d] = [next(), next(), next(), next()];
  }

  /** From 0 up to but not including 1, in steps of 2^-32. */
  uniform(): number {
    const word = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return word / 2 ** 32;
  }

  /** True with that probability; draws nothing where the answer is certain. */
  chance(probability: number): boolean {
    return probability > 0 && this.uniform() < probability;
  }

  /** Of mean 0 and standard deviation 1 (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}
