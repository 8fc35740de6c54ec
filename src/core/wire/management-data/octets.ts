/** Octets read and written in order: what the data fields of management TLVs are made of (big endian, 13.2). */
import { zeros } from '../codec.js';

/** Beyond the end it reads zeros; `rest` tells whoever has read. */
export class OctetReader {
  readonly #octets: Uint8Array;
  #position = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** Octets not yet read; negative when more were read than there are. */
  get rest(): number {
    return this.#octets.length - this.#position;
  }

  /** An unsigned number of 1 to 6 octets. */
  unsigned(length: number): number {
    return this.take(length).reduce((value, octet) => value * 256 + octet, 0);
  }

  /** An unsigned number of any length. */
  bigUnsigned(length: number): bigint {
    return this.take(length).reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
  }

  /** A copy of the next `length` octets. */
  take(length: number): Uint8Array {
    const octets = new Uint8Array(length);
    octets.set(this.#octets.subarray(this.#position, this.#position + length));
    this.#position += length;
    return octets;
  }
}

/** Enough for nearly all data fields. */
const usualLength = 256;

/** What of a longer number is written at once. */
const wordLength = 4;
const wordBits = 8 * wordLength;
const wordBitsOfBigInt = BigInt(wordBits);

export class OctetWriter {
  #octets = zeros(usualLength);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The lowest `length` octets of a whole number, negative ones in two's complement. */
  number(value: number | bigint, length: number): void {
    const start = this.#advance(length);
    // Arithmetic of whole numbers is many times as fast as that of BigInt, and a wildcard GET writes hundreds of them.
    if (typeof value === 'number' && value >= 0) return this.#wholeNumber(value, start, length);
    let rest = BigInt(value);
    let end = start + length;
    for (; end > start + wordLength; end -= wordLength) {
      this.#wholeNumber(Number(BigInt.asUintN(wordBits, rest)), end - wordLength, wordLength);
      rest >>= wordBitsOfBigInt;
    }
    this.#wholeNumber(Number(BigInt.asUintN(wordBits, rest)), start, end - start);
  }

  /** From 0 on; what is beyond `length` octets is cut off. */
  #wholeNumber(value: number, start: number, length: number): void {
    let rest = value;
    for (let octet = length - 1; octet >= 0; octet--) {
      this.#octets[start + octet] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }

  /** A whole number from 0 on in eight octets, the lowest first. */
  littleEndian(value: number): void {
    const start = this.#advance(8);
    let rest = value;
    for (let octet = 0; rest > 0; octet++) {
      this.#octets[start + octet] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }

  put(octets: ArrayLike<number>): void {
    const start = this.#advance(octets.length);
    this.#octets.set(octets, start);
  }

  /** What was written; nothing is written after it. */
  finish(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }

  /** Makes room for so many octets more. @returns where they begin */
  #advance(length: number): number {
    const start = this.#length;
    this.#length += length;
    if (this.#length > this.#octets.length) {
      const larger = zeros(2 * this.#length);
      larger.set(this.#octets);
      this.#octets = larger;
    }
    return start;
  }
}
