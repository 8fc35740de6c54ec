import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  installService,
  removeService,
  ServiceError,
  type ServiceHost,
} from '../../../src/service/install.js';
import { unitText, type UnitOptions } from '../../../src/service/unit.js';

const options: UnitOptions = {
  name: 'lab',
  node: '/usr/bin/node',
  script: '/opt/main.js',
  config: '/etc/lab.yaml',
  socket: '/run/lab.sock',
  arguments: [],
};

let unitDirectory: string;
let file: string;
let commands: string[];

beforeEach(() => {
  unitDirectory = mkdtempSync(join(tmpdir(), 'ptp-switch-units-'));
  file = join(unitDirectory, 'lab.service');
  commands = [];
});
afterEach(() => {
  rmSync(unitDirectory, { recursive: true });
});

function host(changed: Partial<ServiceHost> = {}): ServiceHost {
  return {
    unitDirectory,
    shareDirectory: join(unitDirectory, 'share'),
    isRoot: true,
    runsSystemd: true,
    systemctl: (args) => commands.push(args.join(' ')),
    ...changed,
  };
}

const install = (changed: Partial<UnitOptions> = {}, start = true): string[] =>
  installService({ ...options, ...changed }, { start }, host());

describe('install', () => {
  test('writes the unit, enables and starts it', () => {
    expect(install()).toEqual([`${file}: written`, 'lab.service: enabled and running']);
    expect(readFileSync(file, 'utf8')).toBe(unitText(options));
    expect(commands).toEqual(['daemon-reload', 'enable lab.service', 'restart lab.service']);
  });

  test('a second time changes nothing and interrupts nothing', () => {
    install();
    commands.length = 0;
    expect(install()[0]).toBe(`${file}: is as it should be`);
    expect(commands).toEqual(['enable lab.service', 'start lab.service']);
  });

  test('with something else restarts it', () => {
    install();
    commands.length = 0;
    install({ arguments: ['--busy-poll'] });
    expect(commands).toContain('restart lab.service');
    expect(readFileSync(file, 'utf8')).toContain('--busy-poll');
  });

  test('may leave the start to the next boot', () => {
    expect(install({}, false)[1]).toBe('lab.service: enabled, for the next boot');
    expect(commands).toEqual(['daemon-reload', 'enable lab.service']);
  });

  test("leaves somebody else's unit alone", () => {
    writeFileSync(file, '[Service]\n');
    expect(() => install()).toThrow(/lab\.service: is somebody else's unit: .*--name/);
    expect(() => removeService('lab', host())).toThrow(ServiceError);
    expect(readFileSync(file, 'utf8')).toBe('[Service]\n');
    expect(commands).toEqual([]);
  });

  test.each([
    ['without root', { isRoot: false }, /only root may write to .*: run it with sudo$/],
    ['without systemd', { runsSystemd: false }, /systemd does not run this machine: --print/],
  ])('%s fails with the remedy, and touches nothing', (_, changed, message) => {
    expect(() => installService(options, { start: true }, host(changed))).toThrow(message);
    expect(existsSync(file)).toBe(false);
    expect(commands).toEqual([]);
  });

  test('a file that the service would not see is refused', () => {
    expect(() => install({ config: '/tmp/lab.yaml' })).toThrow(/^\/tmp\/lab\.yaml: .*elsewhere$/);
    expect(existsSync(file)).toBe(false);
  });
});

describe('remove', () => {
  test('stops the service, takes the unit away, and is content when there is none', () => {
    install();
    commands.length = 0;
    removeService('lab', host());
    expect(existsSync(file)).toBe(false);
    expect(commands).toEqual(['disable --now lab.service', 'daemon-reload']);
    expect(removeService('lab', host())).toEqual([`${file}: is not there: nothing to remove`]);
  });
});

describe('what shells and man know of it', () => {
  const marker = '# Written by a test';
  const shellFiles = [{ path: 'man/man1/x.1', text: `${marker}\nnew\n`, marker }];
  const shared = () => join(unitDirectory, 'share', 'man/man1/x.1');
  const installWith = (name = 'lab') =>
    installService({ ...options, name }, { start: false, shellFiles }, host());

  test('is written once, and removed with the last service', () => {
    expect(installWith()).toContain(`${shared()}: written`);
    expect(readFileSync(shared(), 'utf8')).toBe(`${marker}\nnew\n`);
    expect(installWith('other')).not.toContain(`${shared()}: written`);
    expect(removeService('lab', host(), shellFiles)).not.toContain(`${shared()}: removed`);
    expect(removeService('other', host(), shellFiles)).toContain(`${shared()}: removed`);
    expect(existsSync(shared())).toBe(false);
  });

  test('of an earlier version is replaced, of somebody else left alone', () => {
    installWith();
    writeFileSync(shared(), `${marker}\nold\n`);
    installWith();
    expect(readFileSync(shared(), 'utf8')).toBe(`${marker}\nnew\n`);
    writeFileSync(shared(), 'precious');
    expect(installWith()).toContain(`${shared()}: somebody else's: left`);
    removeService('lab', host(), shellFiles);
    expect(readFileSync(shared(), 'utf8')).toBe('precious');
  });
});
