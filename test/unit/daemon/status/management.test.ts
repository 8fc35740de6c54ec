/** Management by the control socket: JSON in, the clocks of the switch, JSON out. */
import { describe, expect, test } from 'vitest';
import type { Config } from '../../../../src/config/config.js';
import { loadConfig } from '../../../../src/config/load.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Switch } from '../../../../src/daemon/switch.js';
import { ManagementRequestError } from '../../../../src/daemon/status/management.js';
import { FakeDataPlane } from '../fake-data-plane.js';
import { VirtualTime } from '../../../support/virtual-time.js';

function configOf(text: string): Config {
  const directory = mkdtempSync(join(tmpdir(), 'ptp-switch-management-'));
  try {
    const file = join(directory, 'switch.yaml');
    writeFileSync(file, text);
    return loadConfig(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A boundary clock in domain 0, a transparent one in domain 24. */
function running() {
  const config = configOf(
    '{ports: [eth1, eth2], instances: [{type: bc, priority1: 7}, {type: e2e-tc, domain: 24}]}',
  );
  const log = { info: () => undefined, warn: () => undefined };
  return new Switch((options) => new FakeDataPlane(options), config, { busyPoll: false }, log, {
    timerClock: new VirtualTime(),
    addressesOf: () => ({ ipv4: undefined, linkLocalIpv6: undefined }),
  });
}

describe('a management request in JSON', () => {
  test('reads and sets the clock of a domain, whatever is allowed over the wire', () => {
    const instance = running();
    const get = { action: 'GET', id: 'PRIORITY1' };
    expect(instance.manage(get)).toEqual([{ data: { priority1: 7 } }]);
    const set = { ...get, action: 'SET', data: { priority1: 9 } };
    expect(instance.manage(set)).toEqual([{ data: { priority1: 9 } }]);
    expect(instance.clocks()[0]?.clock.priority1).toBe(9);
    instance.close();
  });

  test('of a port, of all ports, of a port that there is not', () => {
    const instance = running();
    const set = { action: 'SET', id: 'LOG_SYNC_INTERVAL', data: { logSyncInterval: -3 } };
    expect(instance.manage({ ...set, portNumber: 2 })).toEqual([
      { portNumber: 2, data: { logSyncInterval: -3 } },
    ]);
    expect(instance.manage({ action: 'GET', id: 'LOG_SYNC_INTERVAL' })).toEqual([
      { portNumber: 1, data: { logSyncInterval: 0 } },
      { portNumber: 2, data: { logSyncInterval: -3 } },
    ]);
    expect(instance.manage({ ...set, portNumber: 3 })).toEqual([{ error: 'WRONG_VALUE' }]);
    instance.close();
  });

  test('a command is carried out', () => {
    const instance = running();
    const disable = { action: 'COMMAND', id: 'DISABLE_PORT', portNumber: 2 };
    expect(instance.manage(disable)).toEqual([{ portNumber: 2 }]);
    expect(instance.clocks()[0]?.clock.ports[1]?.portState).toBe('DISABLED');
    instance.close();
  });

  test('a transparent clock answers in its own domain', () => {
    const instance = running();
    expect(instance.manage({ action: 'GET', id: 'DEFAULT_DATA_SET', domain: 24 })).toMatchObject([
      { data: { numberPorts: 2, domainNumber: 24, clockIdentity: '020000.fffe.000001' } },
    ]);
    expect(instance.manage({ action: 'GET', id: 'CURRENT_DATA_SET', domain: 24 })).toEqual([
      { error: 'NOT_SUPPORTED' },
    ]);
    instance.close();
  });

  test.each([
    ['an action that there is not', { action: 'PUT', id: 'DOMAIN' }, 'action: write one of GET'],
    ['an id that there is not', { action: 'GET', id: 'WEATHER' }, 'id: write one of NULL_MANAG'],
    [
      'a value out of range',
      { action: 'SET', id: 'PRIORITY1', data: { priority1: 300 } },
      'data.priority1: missing or out of range',
    ],
    [
      'a port of no number',
      { action: 'GET', id: 'DOMAIN', portNumber: 'all' },
      'portNumber: write a whole',
    ],
    ['a domain without a clock', { action: 'GET', id: 'DOMAIN', domain: 9 }, 'domain 9: no clock'],
    ['nothing', undefined, 'action: write'],
  ])('%s is refused with a remedy', (_, request, complaint) => {
    const instance = running();
    expect(() => instance.manage(request)).toThrow(ManagementRequestError);
    expect(() => instance.manage(request)).toThrow(complaint);
    instance.close();
  });
});
