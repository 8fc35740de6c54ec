// Runs checks beside each other, as many at once as there are processors, and shows the output of each as a whole when it
// ends. A signal that ends this program ends whatever the checks have started, too.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const END_TIMEOUT_MS = 15_000;
/** sched(7): SCHED_IDLE, and which field of /proc/PID/stat after the name tells the policy (proc(5)). */
const IDLE_POLICY = '5';
const POLICY_FIELD = 38;
/**
 * Runs its arguments with the processors' idle time alone. A command leads a session, and where the kernel shares time out by
 * sessions (autogroup in sched(7)) the policy counts within one only: so its session has the least weight, too.
 */
const IDLE_SCRIPT = '{ echo 19 > /proc/self/autogroup; } 2>/dev/null; exec chrt --idle 0 "$@"';

/** @type {Set<import('node:child_process').ChildProcess>} Each leads a group of processes: its own children are in it. */
const running = new Set();
/** @type {NodeJS.Signals | undefined} That this program was told to end by; nothing is started from then on. */
let ending;

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, live?: boolean, inIdleTime?: boolean }} options `live` shows the output as it comes, and returns none;
 * what is started from within idle time stays there
 * @returns {Promise<{ succeeded: boolean, stdout: string, output: string }>} `output` has standard error in it as well
 */
export function runCommand(command, args, { cwd, live = false, inIdleTime = hasIdleTimeAlone() }) {
  return new Promise((resolve) => {
    if (ending !== undefined) return;
    const stream = live ? 'inherit' : 'pipe';
    const options = { cwd, detached: true, stdio: ['ignore', stream, stream] };
    const child = inIdleTime
      ? spawn('sh', ['-c', IDLE_SCRIPT, 'sh', command, ...args], options)
      : spawn(command, args, options);
    running.add(child);
    let stdout = '';
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
    const end = (succeeded) => {
      running.delete(child);
      if (ending === undefined) resolve({ succeeded, stdout, output });
      else if (running.size === 0) endThisProgram();
    };
    child.on('error', (error) => {
      output += `${command}: ${error.message}\n`;
      end(false);
    });
    child.on('close', (code) => {
      end(code === 0);
    });
  });
}

function hasIdleTimeAlone() {
  return isOfIdlePolicy(readFileSync('/proc/self/stat', 'utf8'));
}

/** @param {string} stat what /proc/PID/stat says of a process; its name is in parentheses, and may have some */
export function isOfIdlePolicy(stat) {
  return stat.split(') ').at(-1).split(' ')[POLICY_FIELD] === IDLE_POLICY;
}

/** From now on a signal ends all commands before this program. */
export function endCommandsWithThisProgram() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A second signal ends the commands at once.
      const hurried = ending !== undefined;
      ending = signal;
      if (running.size === 0) return endThisProgram();
      signalAll(hurried ? 'SIGKILL' : 'SIGTERM');
      setTimeout(() => signalAll('SIGKILL'), END_TIMEOUT_MS).unref();
    });
  }
}

function signalAll(signal) {
  for (const { pid } of running) {
    if (pid === undefined) continue;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // it has just ended
    }
  }
}

/** By the signal itself, as whoever started it wants to see it. */
function endThisProgram() {
  process.removeAllListeners(ending);
  process.kill(process.pid, ending);
}

/**
 * Starts the checks in their order, `slots` of them at once, and resolves when all have ended.
 * @template Result
 * @param {readonly { title: string, run: () => Promise<{ result: Result, output: string }> }[]} checks
 * @param {{ slots: number, show: (text: string) => void, summary: (result: Result) => string }} options
 * @returns {Promise<readonly Result[]>} in the order of the checks
 */
export async function sideBySide(checks, { slots, show, summary }) {
  const results = [];
  const waiting = [...checks.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, { title, run }] = next;
      show(`${title}: started`);
      const started = Date.now();
      const { result, output } = await run();
      results[index] = result;
      const seconds = Math.round((Date.now() - started) / 1000);
      const lines = output.trimEnd();
      show(`${lines === '' ? '' : `\n${lines}\n`}${title}: ${summary(result)} (${seconds} s)`);
    }
  };
  await Promise.all(Array.from({ length: slots }, work));
  return results;
}
