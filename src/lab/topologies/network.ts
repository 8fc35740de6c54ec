/**
 * The lab's namespaces, cables and its directory for sockets and files. All are named after the process that made them,
 * which tells those that a killed lab has left behind from those of a running one. MAC addresses are fixed, because
 * address resolution does not pass a switch that carries PTP only.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ip, ipBatch } from './iproute2.js';
import { stationInterface, switchName, type Station } from './topology.js';

const namePattern = /^ptp-lab-(\d+)-/;

function prefixOf(pid: number): string {
  return `ptp-lab-${pid}-`;
}

/** The namespace of a station or of the switch, of the lab that this process runs. */
export function namespaceOf(name: string): string {
  return `${prefixOf(process.pid)}${name}`;
}

export interface LabNetwork {
  /** For the lab's sockets and files; goes with the network. */
  readonly directory: string;
  /** Ends what still runs in it and takes it away. */
  readonly remove: () => void;
}

/**
 * Makes the network, every link up. It is removed at the latest when this process exits by itself.
 * @throws Error of `ip`, with nothing left behind
 */
export function makeNetwork(stations: readonly Station[]): LabNetwork {
  const remove = (): void => {
    process.off('exit', remove);
    removeTraces(process.pid);
  };
  process.once('exit', remove);
  try {
    const directory = mkdtempSync(join(tmpdir(), prefixOf(process.pid)));
    ipBatch([
      ...[switchName, ...stations.map(({ name }) => name)].map(
        (name) => `netns add ${namespaceOf(name)}`,
      ),
      ...stations.map(
        ({ name, mac, switchPort }) =>
          `link add ${stationInterface} address ${mac} netns ${namespaceOf(name)} type veth ` +
          `peer name ${switchPort} netns ${namespaceOf(switchName)}`,
      ),
    ]);
    for (const { name, switchPort } of stations) {
      ip(['-n', namespaceOf(name), 'link', 'set', stationInterface, 'up']);
      ip(['-n', namespaceOf(switchName), 'link', 'set', switchPort, 'up']);
    }
    return { directory, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Removes what labs have left behind whose process is gone. */
export function sweepLeftovers(): void {
  const pids = [...namespaces(), ...directories()]
    .map((name) => Number(namePattern.exec(name)?.[1]))
    .filter((pid) => !Number.isNaN(pid) && !existsSync(`/proc/${pid}`));
  for (const pid of new Set(pids)) removeTraces(pid);
}

function removeTraces(pid: number): void {
  const names = namespaces().filter((name) => name.startsWith(prefixOf(pid)));
  for (const name of names) killAllIn(name);
  ipBatch(
    names.map((name) => `netns del ${name}`),
    ['-force'],
  );
  for (const directory of directories().filter((name) => name.startsWith(prefixOf(pid)))) {
    rmSync(join(tmpdir(), directory), { recursive: true, force: true });
  }
}

function killAllIn(namespace: string): void {
  for (const pid of ip(['netns', 'pids', namespace]).split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // The process has ended meanwhile.
    }
  }
}

function namespaces(): string[] {
  return ip(['netns', 'list'])
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => namePattern.test(name));
}

function directories(): string[] {
  return readdirSync(tmpdir()).filter((name) => namePattern.test(name));
}
