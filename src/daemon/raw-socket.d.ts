/** The part of raw-socket (CommonJS, without types of its own) that this project calls. */
declare module 'raw-socket' {
  /** Internet checksum (RFC 1071) over all of them as one; every one but the last of even length. */
  export function createChecksum(...parts: readonly Buffer[]): number;
  /** Writes `checksum` big endian at `offset`. */
  export function writeChecksum(buffer: Buffer, offset: number, checksum: number): void;
}
