import { describe, expect, test } from 'vitest';
import { unitMarker, unitText, type UnitOptions } from '../../../src/service/unit.js';

const options: UnitOptions = {
  name: 'ptp-switch',
  node: '/usr/bin/node',
  script: '/opt/ptp-switch/dist/cli/main.js',
  config: '/etc/ptp-switch.yaml',
  socket: '/run/ptp-switch.sock',
  arguments: [],
};

function valueOf(key: string, changed: Partial<UnitOptions> = {}): string | undefined {
  const lines = unitText({ ...options, ...changed }).split('\n');
  return lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
}

describe('the unit of a switch', () => {
  test('runs what is installed with the file that was named', () => {
    expect(valueOf('ExecStart')).toBe(
      '/usr/bin/node /opt/ptp-switch/dist/cli/main.js run -c /etc/ptp-switch.yaml --socket /run/ptp-switch.sock',
    );
    expect(valueOf('ExecStart', { arguments: ['--cpu', '3'] })).toMatch(/ --cpu 3$/);
  });

  test('hands names over as they are, whatever systemd makes of their characters', () => {
    const config = '/etc/my "lab"\\50% of $HOME.yaml';
    expect(valueOf('ExecStart', { config })).toContain(
      ' -c "/etc/my \\"lab\\"\\\\50%% of $$HOME.yaml" --socket',
    );
  });

  test('has three capabilities, for itself and for what it runs', () => {
    const three = 'CAP_NET_RAW CAP_NET_ADMIN CAP_SYS_TIME';
    expect(valueOf('CapabilityBoundingSet')).toBe(three);
    expect(valueOf('AmbientCapabilities')).toBe(three);
    expect(valueOf('NoNewPrivileges')).toBe('yes');
  });

  test('waits for word that the switch is ready, and that it lives', () => {
    expect(valueOf('Type')).toBe('notify');
    expect(Number(valueOf('WatchdogSec'))).toBeGreaterThan(0);
    expect(valueOf('Restart')).toBe('on-failure');
    expect(valueOf('RestartPreventExitStatus')).toBe('2');
  });

  test('may write where the control socket goes, and makes a folder for it below /run', () => {
    expect(valueOf('ReadWritePaths')).toBe('/run');
    const socket = '/run/lab/control.sock';
    expect(valueOf('RuntimeDirectory', { socket })).toBe('lab');
    expect(valueOf('ReadWritePaths', { socket })).toBeUndefined();
    expect(valueOf('ReadWritePaths', { socket: '/srv/a $b/c.sock' })).toBe('"/srv/a $b"');
  });

  test('is known by its first line', () => {
    expect(unitText(options).startsWith(unitMarker)).toBe(true);
  });
});
