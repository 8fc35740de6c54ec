/** Installs the systemd unit of a switch, starts it, and removes it again; does only what is not done already. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installShellFiles, removeShellFiles, type ShellFile } from './shell-files.js';
import { unitMarker, unitText, type UnitOptions } from './unit.js';

/** An error whose message is one line for the operator, with the remedy. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
}

/** The part of the machine that is changed, given so that tests can replace it. */
export interface ServiceHost {
  readonly unitDirectory: string;
  /** For programs that were not installed with the system: completion of shells, pages of man. */
  readonly shareDirectory: string;
  readonly isRoot: boolean;
  /** The machine was booted with systemd (sd_booted(3)). */
  readonly runsSystemd: boolean;
  /** @throws ServiceError with what it complains of */
  readonly systemctl: (args: readonly string[]) => void;
}

export function thisHost(): ServiceHost {
  return {
    unitDirectory: '/etc/systemd/system',
    shareDirectory: '/usr/local/share',
    isRoot: process.getuid?.() === 0,
    runsSystemd: existsSync('/run/systemd/system'),
    systemctl,
  };
}

/**
 * Writes the unit and enables it; with `start` also starts it, or restarts it if the unit has changed.
 * @returns what was done, one line each
 * @throws ServiceError
 */
export function installService(
  options: UnitOptions,
  {
    start,
    shellFiles = [],
  }: { readonly start: boolean; readonly shellFiles?: readonly ShellFile[] },
  host: ServiceHost,
): string[] {
  requireHost(host, '--print shows the unit');
  checkVisible(options);
  const file = unitFile(options.name, host);
  const text = unitText(options);
  const before = readOwnUnit(file);
  const changed = before !== text;
  if (changed) {
    writeFileSync(file, text, { mode: 0o644 });
    host.systemctl(['daemon-reload']);
  }
  const unit = `${options.name}.service`;
  host.systemctl(['enable', unit]);
  if (start) host.systemctl([changed ? 'restart' : 'start', unit]);
  return [
    `${file}: ${changed ? 'written' : 'is as it should be'}`,
    `${unit}: enabled${start ? ' and running' : ', for the next boot'}`,
    ...installShellFiles(shellFiles, host.shareDirectory),
  ];
}

/**
 * Stops the service and removes its unit; with the last one, what was installed beside it.
 * @returns what was done, one line each
 * @throws ServiceError
 */
export function removeService(
  name: string,
  host: ServiceHost,
  shellFiles: readonly Omit<ShellFile, 'text'>[] = [],
): string[] {
  requireHost(host, 'remove its unit by hand');
  const file = unitFile(name, host);
  if (readOwnUnit(file) === undefined) return [`${file}: is not there: nothing to remove`];
  host.systemctl(['disable', '--now', `${name}.service`]);
  rmSync(file);
  host.systemctl(['daemon-reload']);
  return [
    `${name}.service: stopped and disabled`,
    `${file}: removed`,
    ...(hasOwnUnits(host) ? [] : removeShellFiles(shellFiles, host.shareDirectory)),
  ];
}

function hasOwnUnits({ unitDirectory }: ServiceHost): boolean {
  return readdirSync(unitDirectory, { withFileTypes: true }).some(
    (entry) =>
      entry.isFile() &&
      entry.name.endsWith('.service') &&
      readFileSync(join(unitDirectory, entry.name), 'utf8').startsWith(unitMarker),
  );
}

function unitFile(name: string, { unitDirectory }: ServiceHost): string {
  return join(unitDirectory, `${name}.service`);
}

function requireHost({ isRoot, runsSystemd, unitDirectory }: ServiceHost, otherwise: string): void {
  if (!runsSystemd) {
    throw new ServiceError(`install-service: systemd does not run this machine: ${otherwise}`);
  }
  if (!isRoot) {
    throw new ServiceError(
      `install-service: only root may write to ${unitDirectory}: run it with sudo`,
    );
  }
}

/** @returns its text, undefined where there is none */
function readOwnUnit(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  if (text.startsWith(unitMarker)) return text;
  throw new ServiceError(`${file}: is somebody else's unit: choose another name with --name NAME`);
}

/** Refuses paths in /tmp: the service has folders for temporary files of its own. */
function checkVisible({ node, script, config, socket }: UnitOptions): void {
  const hidden = [node, script, config, socket].find((path) => /^(\/var)?\/tmp\//.test(path));
  if (hidden === undefined) return;
  throw new ServiceError(`${hidden}: the service does not see what is in /tmp: put it elsewhere`);
}

function systemctl(args: readonly string[]): void {
  const { error, status, stderr } = spawnSync('systemctl', args, { encoding: 'utf8' });
  const doing = `systemctl ${args.join(' ')}`;
  if (error !== undefined) throw new ServiceError(`${doing}: ${error.message}`);
  if (status === 0) return;
  const said = stderr.trim().split('\n')[0] || `ended with ${status}`;
  const unit = args.at(-1) ?? '';
  const remedy = unit.endsWith('.service') ? `: journalctl -u ${unit} -n 20 tells more` : '';
  throw new ServiceError(`${doing}: ${said}${remedy}`);
}
