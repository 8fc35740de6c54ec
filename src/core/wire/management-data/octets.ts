/** Octets read and written in order: what the data fields of management TLVs are made of (big endian, 13.2). */

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

export class OctetWriter {
  readonly #octets: number[] = [];

  get length(): number {
    return this.#octets.length;
  }

  /** The lowest `length` octets of a whole number, negative ones in two's complement. */
  number(value: number | bigint, length: number): void {
    // Arithmetic of whole numbers is many times as fast as that of BigInt, and a wildcard GET writes hundreds of them.
    if (typeof value === 'number' && value >= 0) {
      for (let octet = length - 1; octet >= 0; octet--) {
        this.#octets.push(Math.floor(value / 256 ** octet) % 256);
      }
      return;
    }
    const whole = BigInt(value);
    for (let octet = length - 1; octet >= 0; octet--) {
      this.#octets.push(Number((whole >> BigInt(8 * octet)) & 0xffn));
    }
  }

  put(octets: Iterable<number>): void {
    this.#octets.push(...octets);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#octets);
  }
}
