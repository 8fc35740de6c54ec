/**
 * systemd itself as the first process of a machine that is not there: with processes, mounts, control groups and /etc/systemd
 * of its own, on the interfaces of a network namespace, and with none of the units of the machine that it runs on.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { run } from './command.js';
import type { Child } from './child.js';
import type { Namespace } from './network.js';
import { until } from './wait.js';

const START_TIMEOUT_MS = 10_000;
/** /lib is /usr/lib on most systems; older ones have both. */
const PROGRAM = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'].find((path) =>
  existsSync(path),
);
/** What a service is after, wants and conflicts with unless it says otherwise (systemd.service(5), systemd.special(7)). */
const TARGETS = ['sysinit', 'basic', 'multi-user', 'shutdown', 'umount'];

/** Its control group is made from outside, for a process is in one before it has a namespace of them. */
const ENTER = `set -e
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mkdir "/sys/fs/cgroup/$1"
  echo $$ > "/sys/fs/cgroup/$1/cgroup.procs"
  umount /sys/fs/cgroup
  exec unshare --fork --pid --mount --uts --ipc --cgroup --kill-child --propagation private sh -c "$2" sh "$3"
`;

/** No units and no generators but these: it must not touch what is not its own. */
const BOOT = `set -e
  mount -t proc proc /proc
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  for place in /run /tmp /etc/systemd "$1/system" "$1/system-generators"; do mount -t tmpfs tmpfs "$place"; done
  mkdir /etc/systemd/system
  for target in ${TARGETS.join(' ')}; do
    printf '[Unit]\\nDescription=%s\\nDefaultDependencies=no\\n' "$target" > "/etc/systemd/system/$target.target"
  done
  printf '[Manager]\\nDefaultStandardOutput=null\\n' > /etc/systemd/system.conf
  export container=other
  exec "$1/systemd" --system --unit=multi-user.target --log-target=console --show-status=no
`;

/** Undefined where systemd can be started so; otherwise why not. */
export function cannotRunSystemd(): string | undefined {
  if (PROGRAM === undefined) return 'needs systemd: apt-get install systemd';
  const trial = ['--mount', 'mount', '-t', 'cgroup2', 'cgroup2', '/mnt'];
  const { status, stderr } = spawnSync('unshare', trial, { encoding: 'utf8' });
  return status === 0 ? undefined : `needs control groups of version 2: ${stderr.trim()}`;
}

export class SystemdMachine {
  readonly #child: Child;
  readonly #group: string;
  readonly #pid: number;

  private constructor(child: Child, group: string, pid: number) {
    this.#child = child;
    this.#group = group;
    this.#pid = pid;
  }

  /** On the interfaces of that namespace. Resolves when it takes commands. */
  static async boot(namespace: Namespace): Promise<SystemdMachine> {
    const group = `${namespace.name}-systemd`;
    const folder = PROGRAM!.slice(0, PROGRAM!.lastIndexOf('/'));
    const child = namespace.spawn('sh', ['-c', ENTER, 'sh', group, BOOT, folder]);
    const describe = (): string => child.output;
    const pid = await until(
      'systemd',
      () => {
        if (!child.running) throw new Error(`systemd ended: ${child.output}`);
        const first = childrenOf(child.pid).at(0);
        if (first === undefined) return undefined;
        const name = readFileSync(`/proc/${first}/comm`, 'utf8').trim();
        return name === 'systemd' ? first : undefined;
      },
      START_TIMEOUT_MS,
      describe,
    );
    const machine = new SystemdMachine(child, group, pid);
    await until(
      'systemd to be running',
      () => machine.attempt('systemctl', ['is-system-running']).output.trim() === 'running',
      START_TIMEOUT_MS,
      () => `${machine.attempt('systemctl', ['list-jobs']).output}\n${child.output}`,
    );
    return machine;
  }

  /** Runs a command there and returns its standard output. Throws with its output if it fails. */
  run(command: string, args: readonly string[], input?: string): string {
    return run('nsenter', [...this.#enter, command, ...args], input);
  }

  /** The same for one that may fail. */
  attempt(command: string, args: readonly string[]): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync('nsenter', [...this.#enter, command, ...args], {
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  }

  /** Properties of a unit (systemctl(1), "show"). */
  show(unit: string, ...properties: readonly string[]): Record<string, string> {
    const text = this.run('systemctl', ['show', unit, '-p', properties.join(',')]);
    return Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  }

  /** Ends it and every process in it. */
  async halt(): Promise<void> {
    // The first process of a namespace takes the others with it, and heeds no other signal from outside.
    process.kill(this.#pid, 'SIGKILL');
    await this.#child.exited;
    const remove =
      'mount -t cgroup2 cgroup2 /mnt && find "/mnt/$1" -depth -type d -exec rmdir {} +';
    await until(
      'the control groups to be empty',
      () => spawnSync('unshare', ['--mount', 'sh', '-c', remove, 'sh', this.#group]).status === 0,
      START_TIMEOUT_MS,
    );
  }

  get #enter(): string[] {
    return ['--target', String(this.#pid), '--all', '--'];
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);
}
