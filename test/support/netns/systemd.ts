/**
 * systemd itself as the first process of a machine that is not there: with processes, mounts, control groups and /etc/systemd
 * of its own, a journal of its own, on the interfaces of a network namespace, and with none of the units of the machine that it runs on.
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
const JOURNALD = ['/usr/lib/systemd/systemd-journald', '/lib/systemd/systemd-journald'].find(
  (path) => existsSync(path),
);
/** What a service is after, wants and conflicts with unless it says otherwise (systemd.service(5), systemd.special(7)). */
const TARGETS = ['sysinit', 'basic', 'multi-user', 'shutdown', 'umount'];

/** Where this checkout is seen: its own folder may be below /tmp, which a service (PrivateTmp) does not see. */
const CHECKOUT = '/mnt/ptp-switch';
export const COMMAND_LINE_THERE = `${CHECKOUT}/dist/cli/main.js`;

/**
 * Its control group is made from outside, for a process is in one before it has a namespace of them. Below that of the test,
 * and seen from a namespace of control groups: from outside of all of them the flags of a mount are the whole machine's.
 */
const ENTER = `set -e
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mkdir "/sys/fs/cgroup/$1"
  echo $$ > "/sys/fs/cgroup/$1/cgroup.procs"
  umount /sys/fs/cgroup
  script=$2
  shift 2
  exec unshare --fork --pid --mount --uts --ipc --cgroup --kill-child --propagation private sh -c "$script" sh "$@"
`;

/** No units and no generators but these, no settings of the kernel and no terminal: it must not touch what is not its own. */
const BOOT = `set -e
  mount -t proc proc /proc
  mount --bind /proc/sys /proc/sys
  mount -o remount,bind,ro /proc/sys
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  for terminal in /dev/console /dev/tty0; do
    if [ -e "$terminal" ]; then mount --bind /dev/null "$terminal"; fi
  done
  mount -t tmpfs tmpfs /mnt
  mkdir ${CHECKOUT}
  mount --bind "$2" ${CHECKOUT}
  for place in /run /tmp /var/tmp /etc/systemd; do mount -t tmpfs tmpfs "$place"; done
  mkdir -p /etc/systemd/system /run/nothing
  for target in ${TARGETS.join(' ')}; do
    printf '[Unit]\\nDescription=%s\\nDefaultDependencies=no\\n' "$target" > "/etc/systemd/system/$target.target"
  done
  printf 'Wants=systemd-journald.socket systemd-journald.service\\n' >> /etc/systemd/system/multi-user.target
  printf '[Manager]\\nDefaultStandardOutput=journal\\n' > /etc/systemd/system.conf
  (cd /etc/systemd && printf '[Journal]\\nStorage=volatile\\n%s' "$3" > journald.conf)
  (cd /etc/systemd/system && printf %s "$4" > systemd-journald.socket && printf %s "$5" > systemd-journald.service)
  export container=other
  export SYSTEMD_UNIT_PATH=/etc/systemd/system
  export SYSTEMD_GENERATOR_PATH=/run/nothing SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/run/nothing
  exec "$1" --system --unit=multi-user.target --log-target=null --show-status=no
`;

/** A journal of its own, in its own /run, which takes nothing of the kernel's log and hands nothing on. */
const JOURNALD_SETTINGS = `ReadKMsg=no
Audit=no
ForwardToSyslog=no
ForwardToKMsg=no
ForwardToConsole=no
ForwardToWall=no
`;
const JOURNALD_SOCKET = `[Unit]
DefaultDependencies=no
[Socket]
ListenDatagram=/run/systemd/journal/socket
ListenStream=/run/systemd/journal/stdout
PassCredentials=yes
ReceiveBuffer=8M
SocketMode=0666
`;
const JOURNALD_SERVICE = `[Unit]
DefaultDependencies=no
Requires=systemd-journald.socket
After=systemd-journald.socket
[Service]
Type=notify
ExecStart=${JOURNALD}
StandardOutput=null
`;

const REMOVE_GROUP = `
  mount -t cgroup2 cgroup2 /mnt && if [ -d "/mnt/$1" ]; then find "/mnt/$1" -depth -type d -exec rmdir {} +; fi
`;

/** A mount of control groups and nothing else; returns why it failed. */
function withControlGroups(script: string, ...args: readonly string[]): string | undefined {
  const command = ['--mount', '--cgroup', 'sh', '-c', script, 'sh', ...args];
  const { status, stderr } = spawnSync('unshare', command, { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim();
}

/** Undefined where systemd can be started so; otherwise why not. */
export function cannotRunSystemd(): string | undefined {
  if (PROGRAM === undefined || JOURNALD === undefined) {
    return 'needs systemd and its journald: apt-get install systemd';
  }
  const problem = withControlGroups('mount -t cgroup2 cgroup2 /mnt');
  return problem && `needs control groups of version 2: ${problem}`;
}

/**
 * Stops one thread of a process, by its name: a signal would stop all of them. It stays stopped until it is killed; then its
 * tracer has to take note of that, or the process would not be over.
 */
const STOP_THREAD = `
import ctypes, os, sys
pid, name = sys.argv[1:]
SEIZE, INTERRUPT, ALL = 0x4206, 0x4207, 0x40000000
def is_wanted(task):
    with open(f'/proc/{pid}/task/{task}/comm') as file:
        return file.read().strip() == name
tid, = [int(task) for task in os.listdir(f'/proc/{pid}/task') if is_wanted(task)]
libc = ctypes.CDLL(None, use_errno=True)
for request in (SEIZE, INTERRUPT):
    if libc.ptrace(request, tid, None, None) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
os.waitpid(tid, ALL)
print('stopped', flush=True)
os.waitpid(tid, ALL)
`;

export class SystemdMachine {
  readonly #namespace: Namespace;
  readonly #child: Child;
  readonly #group: string;
  /** Of systemd, as seen from outside; 0 until it runs. */
  #pid = 0;

  private constructor(namespace: Namespace, child: Child, group: string) {
    this.#namespace = namespace;
    this.#child = child;
    this.#group = group;
  }

  /** On the interfaces of that namespace. Resolves when it takes commands. */
  static async boot(namespace: Namespace): Promise<SystemdMachine> {
    const group = `${namespace.name}-systemd`;
    const enter = [
      ...['--cgroup', 'sh', '-c', ENTER, 'sh', group, BOOT, PROGRAM!, process.cwd()],
      ...[JOURNALD_SETTINGS, JOURNALD_SOCKET, JOURNALD_SERVICE],
    ];
    const machine = new SystemdMachine(namespace, namespace.spawn('unshare', enter), group);
    try {
      await machine.#waitUntilRunning();
    } catch (error) {
      await machine.halt();
      throw error;
    }
    return machine;
  }

  async #waitUntilRunning(): Promise<void> {
    this.#pid = await until(
      'systemd',
      () => {
        this.#check();
        return childrenOf(this.#child.pid).find((pid) => nameOf(pid) === 'systemd');
      },
      START_TIMEOUT_MS,
      () => this.#child.output,
    );
    await until(
      'systemd to be running',
      () => this.attempt('systemctl', ['is-system-running']).output.trim() === 'running',
      START_TIMEOUT_MS,
      () => this.attempt('systemctl', ['list-jobs']).output,
    );
  }

  /** Runs a command there and returns its standard output. Throws with its output if it fails. */
  run(command: string, args: readonly string[], input?: string): string {
    return run('nsenter', [...this.#entering(), command, ...args], input);
  }

  /** The same for one that may fail. */
  attempt(command: string, args: readonly string[]): { status: number | null; output: string } {
    const line = [...this.#entering(), command, ...args];
    const { status, stdout, stderr } = spawnSync('nsenter', line, { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  /** Of a process there, by its pid there. Resolves when that thread does not run any more; the others do. */
  async stopThread(pid: string, name: string): Promise<void> {
    const command = [...this.#entering(), 'python3', '-c', STOP_THREAD, pid, name];
    await this.#namespace.spawn('nsenter', command).waitForLine(/^stopped$/, START_TIMEOUT_MS);
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
    // When the first process ends, the kernel ends all others of its namespace; the process that made it ends after it.
    for (const pid of this.#child.running ? childrenOf(this.#child.pid) : []) {
      process.kill(pid, 'SIGKILL');
    }
    try {
      await until('systemd to end', () => !this.#child.running, START_TIMEOUT_MS);
    } finally {
      await this.#child.stop('SIGKILL');
    }
    await until(
      'its control groups to be empty',
      () => withControlGroups(REMOVE_GROUP, this.#group) === undefined,
      START_TIMEOUT_MS,
    );
  }

  #entering(): string[] {
    this.#check();
    return ['--target', String(this.#pid), '--all', '--'];
  }

  /** Its process number may be another's once it has ended. */
  #check(): void {
    if (!this.#child.running) throw new Error(`systemd ended:\n${this.#child.output}`);
  }
}

/** None of a process that has just ended. */
function childrenOf(pid: number): number[] {
  const text = contentsOf(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
}

function nameOf(pid: number): string | undefined {
  return contentsOf(`/proc/${pid}/comm`)?.trim();
}

function contentsOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process ended meanwhile
  }
}
