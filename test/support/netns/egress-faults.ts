/**
 * What becomes of single types of PTP messages as they leave an interface: lost, changed or late, by the kernel's own means
 * (nftables at egress, HTB with a u32 filter), so that the peers themselves know nothing of it.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessageType } from '../../../src/core/wire/header.js';
import { messageTypeCodes } from '../../../src/core/wire/header.js';
import type { Namespace, Network } from './network.js';

/** Two kilobits a second are four short messages: of sixteen a second each waits longer than the one before. */
const RATE = 'rate 2kbit burst 100 cburst 100';
/** A queue that is full tells the sender, who takes it for a fault of the port. */
const WAITING = 1_000;
/** IEEE 802, for experiments: nobody takes it. A rule that drops tells the sender as well. */
const UNKNOWN_ETHERTYPE = '0x88b5';
/** 13.3.2.9: "too big to be represented". */
const CORRECTION_TOO_BIG = '0x7fffffffffffffff';

/** Where a PTP message begins: behind the Ethernet header, or behind those of IPv4 and UDP as well. */
const encapsulations = {
  L2: { condition: 'ether type 0x88f7', offsetOctets: 0, protocol: '0x88f7', u32: '' },
  UDPv4: {
    condition: 'meta protocol ip ip protocol udp',
    offsetOctets: 28,
    protocol: 'ip',
    u32: 'match ip protocol 17 0xff ',
  },
} as const;

export class EgressFaults {
  readonly #network: Network;
  readonly #namespace: Namespace;
  readonly #interface: string;
  readonly #encapsulation: (typeof encapsulations)[keyof typeof encapsulations];
  #shapes = false;

  constructor(
    network: Network,
    namespace: Namespace,
    interfaceName: string,
    transport: keyof typeof encapsulations,
  ) {
    this.#network = network;
    this.#namespace = namespace;
    this.#interface = interfaceName;
    this.#encapsulation = encapsulations[transport];
  }

  /** All of them are lost on their way: they leave as what no receiver knows. */
  drop(type: MessageType): void {
    this.#rule(`${this.#isOf(type)} @ll,96,16 set ${UNKNOWN_ETHERTYPE}`);
  }

  /** All of them leave with a correctionField that stands for no number. L2 alone, which has no checksum. */
  refuse(type: MessageType): void {
    const at = (this.#encapsulation.offsetOctets + 8) * 8;
    this.#rule(`${this.#isOf(type)} @nh,${at},64 set ${CORRECTION_TOO_BIG}`);
  }

  /** All of them leave later than the ones after them are due. */
  delay(type: MessageType): void {
    const { protocol, u32, offsetOctets } = this.#encapsulation;
    const dev = `dev ${this.#interface}`;
    const match = `${u32}match u8 0x0${messageTypeCodes[type].toString(16)} 0x0f at ${offsetOctets}`;
    this.#shapes = true;
    for (const line of [
      `qdisc add ${dev} root handle 1: htb default 1`,
      `class add ${dev} parent 1: classid 1:1 htb rate 1gbit quantum 1514`,
      `class add ${dev} parent 1: classid 1:2 htb ${RATE} quantum 1514`,
      `qdisc add ${dev} parent 1:2 pfifo limit ${WAITING}`,
      `filter add ${dev} parent 1: protocol ${protocol} u32 ${match} flowid 1:2`,
    ]) {
      this.#namespace.run('tc', line.split(' '));
    }
  }

  /** Everything leaves again as it is sent. */
  clear(): void {
    this.#rule(undefined);
    if (this.#shapes) this.#namespace.run('tc', ['qdisc', 'del', 'dev', this.#interface, 'root']);
    this.#shapes = false;
  }

  #isOf(type: MessageType): string {
    const { condition, offsetOctets } = this.#encapsulation;
    return `${condition} @nh,${offsetOctets * 8 + 4},4 ${messageTypeCodes[type]}`;
  }

  #rule(rule: string | undefined): void {
    const file = join(this.#network.directory, 'egress-faults.nft');
    const chain = `type filter hook egress device "${this.#interface}" priority 0; policy accept;`;
    const table =
      rule === undefined ? [] : ['table netdev faults {', 'chain leaving {', chain, rule, '}', '}'];
    writeFileSync(
      file,
      ['table netdev faults {', '}', 'delete table netdev faults', ...table, ''].join('\n'),
    );
    this.#namespace.run('nft', ['-f', file]);
  }
}
