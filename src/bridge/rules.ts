/**
 * The nftables rules that keep PTP frames out of the bridge, so that the switch alone carries them
 * (docs/decisions/0006-one-path-for-a-ptp-frame.md). There is one table for each bridge, named after it, so that
 * `clean` finds it after a crash.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import {
  BridgeError,
  environmentWithSbin,
  parseJson,
  remedyFor,
  runProgram,
  startProgram,
} from './programs.js';

/** Before every filter that others may have in the same hook. */
const priority = -300;
/** Ends the name of a table of rules; what is before it is the name of the bridge, which may hold dots itself. */
const rulesSuffix = '.rules';
const tablePrefix = 'ptp-switch.';
/** How long nft may take to install the rules; it needs milliseconds. */
const ownerTimeoutMs = 5000;
/** Words of an IPv4 header: 5 without options, 15 at most (RFC 791, 3.1). */
const headerWords = Array.from({ length: 11 }, (_, index) => index + 5);

export interface Ruleset {
  readonly bridge: string;
  /** The ports of the switch; frames between other ports of the bridge are left alone. */
  readonly ports: readonly string[];
  /** Frames to and from the bridge interface itself pass. */
  readonly hostPtp: boolean;
}

export function rulesTable(bridge: string): string {
  return `${tablePrefix}${bridge}${rulesSuffix}`;
}

/** The bridge whose rules a table holds; undefined for other tables. */
export function bridgeOfRulesTable(table: string): string | undefined {
  if (!table.startsWith(tablePrefix) || !table.endsWith(rulesSuffix)) return undefined;
  return table.slice(tablePrefix.length, -rulesSuffix.length);
}

/**
 * The table as nft reads it, on one line. The kernel keeps the outer VLAN tag of a frame beside the frame: so to the
 * rules a frame with one tag looks like a frame without, and the network header of a frame with two tags is the inner
 * tag.
 */
export function rulesText({ bridge, ports, hostPtp }: Ruleset, flags = ''): string {
  const keep = 'counter name kept drop';
  const udp = 'meta l4proto udp th dport { 319, 320 }';
  const inner4 = headerWords.map(
    (words) =>
      `@nh,16,16 0x0800 @nh,104,8 17 @nh,83,13 0 @nh,36,4 ${words} @nh,${8 * (4 + 4 * words + 2)},16 { 319, 320 } ${keep}`,
  );
  // Nearly all that a bridge carries is let through by one comparison, for every frame pays for each. What is not IP has no
  // transport protocol, so the rule does not fit it, whatever it compares.
  const ordinary = 'meta l4proto != udp accept';
  const judge = (...by: string[]): string[] => by.map((name) => `${name} @ports goto ptp`);
  const chains = {
    tagged: [
      `@nh,16,16 0x88f7 ${keep}`,
      ...inner4,
      `@nh,16,16 0x86dd @nh,80,8 17 @nh,368,16 { 319, 320 } ${keep}`,
    ],
    ptp: [
      `meta protocol 0x88f7 ${keep}`,
      `meta protocol ip ${udp} ${keep}`,
      `meta protocol ip6 ${udp} ${keep}`,
      'meta protocol { 0x8100, 0x88a8 } jump tagged',
    ],
    forward: [hook('forward'), ordinary, ...judge('iifname', 'oifname')],
    ...(!hostPtp && {
      input: [hook('input'), ordinary, ...judge('iifname')],
      output: [hook('output'), ordinary, ...judge('oifname')],
    }),
  };
  const elements = ports.map((port) => JSON.stringify(port)).join(', ');
  return [
    `table bridge ${rulesTable(bridge)} {`,
    flags,
    'counter kept { };',
    `set ports { type ifname; elements = { ${elements} }; };`,
    ...Object.entries(chains).map(([name, rules]) => `chain ${name} { ${rules.join('; ')}; };`),
    '}',
  ].join(' ');
}

function hook(name: string): string {
  return `type filter hook ${name} priority ${priority}; policy accept`;
}

/**
 * Replaces older rules in one transaction. The new ones stay until they are removed.
 * @throws BridgeError
 */
export function installRules(ruleset: Ruleset): void {
  const table = `table bridge ${rulesTable(ruleset.bridge)}`;
  // Adding the table first lets the deletion succeed whether it existed or not; nft does all of this or nothing.
  runProgram('nft', ['-f', '-'], `${table}\ndelete ${table}\n${rulesText(ruleset)}\n`);
}

/** @throws BridgeError */
export function removeRules(bridge: string): void {
  const table = `table bridge ${rulesTable(bridge)}`;
  runProgram('nft', ['-f', '-'], `${table}\ndelete ${table}\n`);
}

/** Not as JSON: for a table with an owner, nft 1.0.6 prints the flags from freed memory and may crash. */
const listTables = ['list', 'tables', 'bridge'];

/** Names of the tables of the bridge family. */
export function bridgeTables(): string[] {
  return tableNames(runProgram('nft', listTables));
}

/** Whether the rules of a bridge are there. */
export async function rulesInPlace(bridge: string): Promise<boolean> {
  return tableNames(await startProgram('nft', listTables)).includes(rulesTable(bridge));
}

/** @param text one line for each table: "table bridge NAME" */
function tableNames(text: string): string[] {
  return [...text.matchAll(/^table bridge (\S+)$/gm)].map(([, name]) => name!);
}

/** How many frames the rules have kept from a bridge; undefined where there are no rules. */
export function framesKept(bridge: string): number | undefined {
  if (!bridgeTables().includes(rulesTable(bridge))) return undefined;
  const text = runProgram('nft', ['-j', 'list', 'counter', 'bridge', rulesTable(bridge), 'kept']);
  const { nftables } = parseJson('nft', text) as { nftables: { counter?: { packets: number } }[] };
  return nftables.find(({ counter }) => counter !== undefined)?.counter?.packets;
}

/**
 * Rules that are removed when the process that made them ends, in whatever way: the kernel removes an owned table with
 * its owner.
 */
export class OwnedRules {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  #closed = false;

  private constructor(process: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#process = process;
  }

  /**
   * Resolves when the rules are in place.
   * @param onLost called when the process that owns them ends without `close`
   * @throws BridgeError
   */
  static async install(ruleset: Ruleset, onLost: () => void): Promise<OwnedRules> {
    removeRules(ruleset.bridge);
    const guard = ['--pdeathsig', 'KILL', '--', 'nft', '-i'];
    const process = spawn('setpriv', guard, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: environmentWithSbin,
    });
    const rules = new OwnedRules(process);
    await rules.#define(rulesText(ruleset, 'flags owner;'), rulesTable(ruleset.bridge));
    process.once('close', () => {
      if (!rules.#closed) onLost();
    });
    return rules;
  }

  #define(text: string, table: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (problem: string): void => {
        clearTimeout(timeout);
        this.close();
        reject(new BridgeError(`bridge: nft -i: ${problem}${remedyFor('nft -i', problem)}`));
      };
      const timeout = setTimeout(() => fail('does not answer'), ownerTimeoutMs);
      this.#process.once('error', (error) => fail(error.message));
      // A write error means that the process has ended, which its event `close` reports.
      this.#process.stdin.on('error', () => undefined);
      createInterface({ input: this.#process.stderr }).once('line', fail);
      createInterface({ input: this.#process.stdout }).on('line', (line) => {
        if (!line.includes(table)) return;
        clearTimeout(timeout);
        resolve();
      });
      this.#process.stdin.write(`${text}\nlist tables bridge\n`);
    });
  }

  /** Ends the process that owns the rules, whereupon the kernel removes them. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#process.kill('SIGKILL');
  }
}
