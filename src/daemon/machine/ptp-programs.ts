/** Programs on this machine that use PTP hardware beside the switch, found in /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface PtpProgram {
  readonly name: string;
  readonly pid: number;
  /** Its command line as it was started, with arguments. */
  readonly command: string;
  readonly use: PtpProgramUse;
}

/**
 * `protocol`: speaks PTP on interfaces, whose time stamping mode it sets. `clocks`: sets and slews hardware clocks.
 * `stamps`: takes hardware time stamps of other protocols' messages.
 */
export type PtpProgramUse = 'protocol' | 'clocks' | 'stamps';

const uses: Readonly<Record<string, PtpProgramUse>> = {
  ptp4l: 'protocol',
  ptpd: 'protocol',
  ptpd2: 'protocol',
  timemaster: 'protocol',
  phc2sys: 'clocks',
  ts2phc: 'clocks',
  chronyd: 'stamps',
};

const chronyFiles = ['/etc/chrony/chrony.conf', '/etc/chrony.conf'];

/**
 * The programs that run now. Those that speak PTP count only in this network namespace, because from another they
 * cannot touch these interfaces; hardware clocks belong to no namespace.
 * @param proc where the proc file system is mounted
 */
export function ptpPrograms(proc = '/proc'): PtpProgram[] {
  const network = linkAt(join(proc, 'self/ns/net'));
  return readdirSync(proc)
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => join(proc, pid))
    .flatMap((process) => {
      const name = textAt(join(process, 'comm')).trim();
      const use = uses[name];
      if (use === undefined) return [];
      if (use !== 'clocks' && linkAt(join(process, 'ns/net')) !== network) return [];
      const args = textAt(join(process, 'cmdline')).split('\0').filter(Boolean);
      if (use === 'stamps' && !chronyTakesHardwareStamps(process, args)) return [];
      return [{ name, pid: Number(process.slice(proc.length + 1)), command: args.join(' '), use }];
    });
}

/** chronyd takes hardware time stamps only if its configuration has `hwtimestamp`. */
function chronyTakesHardwareStamps(process: string, args: readonly string[]): boolean {
  const option = args.indexOf('-f');
  const files = option === -1 ? chronyFiles : args.slice(option + 1, option + 2);
  // Below the root directory of the process, because it may run in a container.
  return files.some((file) => /^\s*hwtimestamp\b/m.test(textAt(join(process, 'root', file))));
}

/** Empty for a file that is gone by now, or that this process may not read. */
function textAt(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function linkAt(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}
