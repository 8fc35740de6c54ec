import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../../src/config/load.js';
import { reloadPlan } from '../../../../src/daemon/reload/reload-plan.js';
import { reportLines, reportOf } from '../../../../src/daemon/reload/reload-report.js';
import { fileWith } from '../../config/config-files.js';

const before = `
ports: [eth1, eth2]
instances: [{type: bc, domain: 0}, {type: bc, domain: 1}, {type: e2e-tc}]
`;

function plan(text: string) {
  const running = loadConfig(fileWith(before));
  const made = reloadPlan(running, loadConfig(fileWith(text)));
  return { running, made, lines: reportLines(reportOf(made, running, false)) };
}

const actions = (text: string) => plan(text).made.instances.map(({ action }) => action);

describe('a reload', () => {
  test('of the same file changes nothing, and keeps the instances as they are', () => {
    const { running, made, lines } = plan(before);
    expect(made.instances.map(({ action }) => action)).toEqual(Array(3).fill('unchanged'));
    for (const [index, instance] of running.instances.entries()) {
      expect(made.config.instances[index]).toBe(instance);
    }
    expect(lines).toEqual(['nothing differs from what runs']);
  });

  test('changes priorities and intervals in place', () => {
    const text = before.replace('domain: 0', 'domain: 0, priority1: 3, logSyncInterval: -1');
    const { made } = plan(text);
    expect(made.instances[0]?.action).toBe('inPlace');
    expect(made.instances[0]?.keys).toEqual([
      'priority1',
      'ports.eth1.logSyncInterval',
      'ports.eth2.logSyncInterval',
    ]);
    expect(actions(text)).toEqual(['inPlace', 'unchanged', 'unchanged']);
  });

  test('attaches a clock of another domain anew, and says so', () => {
    const { lines } = plan(before.replace('domain: 0', 'domain: 7'));
    expect(lines).toEqual([
      'bc of domain 7 (before: bc of domain 0): is attached anew, for domain',
    ]);
  });

  test('adds and removes instances', () => {
    expect(actions(before.replace('{type: bc, domain: 1}, ', ''))).toEqual([
      'unchanged',
      'unchanged',
      'removed',
    ]);
    const more = before.replace('{type: e2e-tc}', '{type: bc, domain: 2}, {type: e2e-tc}');
    expect(actions(more)).toEqual(['unchanged', 'unchanged', 'added', 'unchanged']);
  });

  test.each([
    ['ports', before.replace('eth2]', 'eth2, eth3]')],
    ['bridge', `${before}bridge: yes\n`],
    ['timestamping', `${before}timestamping: software\n`],
    ['socketPriority', `${before}socketPriority: 3\n`],
  ])('refuses %s by name', (key, text) => {
    expect(plan(text).made.refused).toEqual([key]);
  });

  test('that is refused tells of nothing else, because nothing else would be done', () => {
    const text = `${before.replace('domain: 0', 'domain: 7')}loopGuard: no\nsocketPriority: 3\n`;
    const { running, made } = plan(text);
    const report = reportOf(made, running, true);
    expect(report).toEqual({
      dryRun: true,
      refused: ['socketPriority'],
      changed: [],
      instances: [],
    });
    expect(reportLines(report)).toEqual([
      'socketPriority: needs a restart of ptp-switch',
      'nothing would be changed',
    ]);
  });

  test('changes the loop guard in place', () => {
    expect(plan(`${before}loopGuard: no\n`).made).toMatchObject({
      refused: [],
      changed: ['loopGuard'],
    });
  });
});
