/** A switch at work: the engine on its ports, programmed from the configuration, its events told to the operator. */
import type { Config } from '../config/config.js';
import type { DataPlane, EngineRecord, OpenOptions, PortInfo } from '../native/data-plane.js';
import { policyFor } from './policy.js';
import { portStatus, statsOf, type PortLink, type PortStatus, type Stats } from './status.js';

/** How the engine runs, as opposed to what it does. */
export type EngineOptions = Pick<OpenOptions, 'cpu' | 'busyPoll'>;

/** Lines for the operator. */
export interface Log {
  readonly info: (line: string) => void;
  /** Something the operator may have to act upon. */
  readonly warn: (line: string) => void;
}

export class UnknownPortError extends Error {
  constructor(name: string, ports: readonly string[]) {
    super(`${name}: not a port of this switch: its ports are ${ports.join(', ')}`);
  }
}

export class Switch {
  readonly #config: Config;
  readonly #dataPlane: DataPlane;
  readonly #log: Log;
  readonly #lastLink: PortLink[];

  /**
   * Opens the engine; frames are forwarded from here on. Says one line a port.
   * @throws what the engine throws: an Error with a stable code and a message for the operator
   */
  constructor(
    openDataPlane: (options: OpenOptions) => DataPlane,
    config: Config,
    engine: EngineOptions,
    log: Log,
  ) {
    this.#config = config;
    this.#log = log;
    this.#dataPlane = openDataPlane({
      ports: config.ports,
      timestamping: config.timestamping,
      ...engine,
    });
    this.#dataPlane.program(policyFor(config.instances));
    this.#lastLink = this.ports().map(({ link }) => link);
    this.#introducePorts();
    this.#dataPlane.onReadable(() => this.#handleRecords());
  }

  ports(): PortStatus[] {
    return this.#dataPlane.ports().map(portStatus);
  }

  stats(): Stats {
    const { instances } = this.#config;
    return statsOf(this.#dataPlane.ports(), this.#dataPlane.counters(), instances);
  }

  /**
   * Test seam: the next `count` transmit time stamps of a port are thrown away.
   * @throws UnknownPortError
   */
  loseTransmitTimestamps(interfaceName: string, count: number): void {
    const names = this.#config.ports.map((port) => port.interface);
    const index = names.indexOf(interfaceName);
    if (index === -1) throw new UnknownPortError(interfaceName, names);
    this.#dataPlane.loseTransmitTimestamps(index, count);
  }

  /** Stops forwarding. Idempotent. */
  close(): void {
    this.#dataPlane.close();
  }

  #introducePorts(): void {
    for (const info of this.#dataPlane.ports()) {
      this.#log.info(introduction(info));
      const { link } = portStatus(info);
      if (link !== 'up') this.#log.warn(linkLine(info.interface, link));
    }
  }

  #handleRecords(): void {
    for (const record of this.#dataPlane.drain()) this.#handle(record);
  }

  #handle(record: EngineRecord): void {
    switch (record.kind) {
      case 'link': {
        const link = record.present ? (record.up ? 'up' : 'down') : 'absent';
        if (link === this.#lastLink[record.port]) return;
        this.#lastLink[record.port] = link;
        this.#log.warn(linkLine(this.#nameOf(record.port), link));
        return;
      }
      case 'portError':
        this.#log.warn(`${this.#nameOf(record.port)}: ${record.message}`);
        return;
      case 'frame':
      case 'transmitTimestamp':
      case 'transmitTimestampLost':
        // A transparent clock ends no message and sends none of its own.
        return;
    }
  }

  #nameOf(port: number): string {
    return this.#config.ports[port]?.interface ?? `port ${port}`;
  }
}

function introduction(info: PortInfo): string {
  const { interface: name, mac, timestamping, timestampingReason: reason } = info;
  return `${name}: ${mac || 'no address yet'}, ${timestamping} time stamps: ${reason}`;
}

function linkLine(name: string, link: PortLink): string {
  switch (link) {
    case 'up':
      return `${name}: the link is up: forwarding`;
    case 'down':
      return `${name}: the link is down: forwarding begins when it comes up`;
    case 'absent':
      return `${name}: there is no such interface now: forwarding begins when it is back`;
  }
}
