/** The part of raw-socket (CommonJS, without types of its own) that this project calls. */
declare module 'raw-socket' {
  /** Internet checksum (RFC 1071) over all of them as one; every one but the last of even length. */
  export function createChecksum(...parts: readonly Buffer[]): number;
  /** Writes `checksum` big endian at `offset`. */
  export function writeChecksum(buffer: Buffer, offset: number, checksum: number): void;

  export interface Socket {
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'close', listener: () => void): this;
    setOption(level: number, option: number, value: Buffer, length: number): void;
    setOption(level: number, option: number, value: number): void;
    /** Once the socket is writable; an error of sending is given to `sent`. */
    send(
      buffer: Buffer,
      offset: number,
      length: number,
      address: string,
      sent: (error: Error | null, bytes: number) => void,
    ): this;
    close(): this;
  }
  /** Throws what the kernel refuses. */
  export function createSocket(options: {
    /** Of IP. */
    readonly protocol: number;
    /** 1: IPv4, 2: IPv6. */
    readonly addressFamily: number;
  }): Socket;
}
