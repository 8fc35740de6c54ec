/** A reload as it is asked for: what the service manager hears of it, and what whoever asked. */
import { expect, test } from 'vitest';
import { ConfigError } from '../../../../src/config/config-error.js';
import { loadConfig } from '../../../../src/config/load.js';
import { ServiceManager } from '../../../../src/daemon/machine/service-manager.js';
import { MistakeInFileError, NoFileError, Reloads } from '../../../../src/daemon/reload.js';
import { fileWith } from '../../config/config-files.js';

const report = { dryRun: false, refused: [], changed: [], instances: [] };

/** @param load of the file; what it throws is wrong with it */
function reloads(load: (() => ReturnType<typeof loadConfig>) | undefined, applied = () => report) {
  const heard: string[] = [];
  const warned: string[] = [];
  const manager = new ServiceManager(
    { NOTIFY_SOCKET: '/run/notify' },
    (_, message) => heard.push(message),
    () => undefined,
  );
  const log = { info: () => undefined, warn: (line: string) => void warned.push(line) };
  const running = {
    reload: () => {
      heard.push('(reload)');
      return applied();
    },
  };
  return { heard, warned, reloads: new Reloads({ running, load, manager, log }) };
}

const load = () => loadConfig(fileWith('{ports: [a, b], instances: [{type: e2e-tc}]}'));

test('the service manager hears of its begin, by its clock, and of its end', () => {
  const { heard, reloads: asked } = reloads(load);
  expect(asked.reload(false)).toBe(report);
  expect(heard).toEqual([
    expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=\d+$/),
    '(reload)',
    'READY=1',
  ]);
});

test('of its end also where it fails, which whoever has sent a signal reads in the log', () => {
  const {
    heard,
    warned,
    reloads: asked,
  } = reloads(load, () => {
    throw new Error('eth1: has no hardware clock');
  });
  asked.onSignal();
  expect(heard.at(-1)).toBe('READY=1');
  expect(warned).toEqual(['reload: nothing was changed: eth1: has no hardware clock']);
});

test('of a dry run, of a file with a mistake, and without a file it hears nothing', () => {
  const dry = reloads(load);
  dry.reloads.reload(true);
  expect(dry.heard).toEqual(['(reload)']);
  const wrong = reloads(() => {
    throw new ConfigError([]);
  });
  expect(() => wrong.reloads.reload(false)).toThrow(MistakeInFileError);
  const none = reloads(undefined);
  expect(() => none.reloads.reload(false)).toThrow(NoFileError);
  expect([...wrong.heard, ...none.heard]).toEqual([]);
});
