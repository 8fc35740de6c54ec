// Set-up refuses a Node that is too old, and only mentions one that nobody has tried yet.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeSupport, nodeSupportNotice } from '../../../scripts/node-support.mjs';

const engines = '^20.19 || ^22.12 || ^24 || ^26';

test.each([
  ['v18.20.8', 'too old'],
  ['v20.18.3', 'too old'],
  ['v20.19.0', 'tried'],
  ['v20.20.2', 'tried'],
  ['v21.7.3', 'untried'],
  ['v22.11.0', 'too old'],
  ['v22.12.0', 'tried'],
  ['v24.0.0', 'tried'],
  ['v25.1.0', 'untried'],
  ['v26.12.1', 'tried'],
  ['v28.0.0', 'untried'],
])('%s is %s', (version, support) => {
  expect(nodeSupport(version, engines)).toBe(support);
});

test('a notice is one line that names the version and what to take instead', () => {
  expect(nodeSupportNotice('v24.1.0', engines)).toBeUndefined();
  for (const version of ['v18.0.0', 'v27.0.0']) {
    const notice = nodeSupportNotice(version, engines);
    expect(notice).toContain(version);
    expect(notice).toContain('20.19, 22.12, 24, 26');
    expect(notice).not.toContain('\n');
  }
});

test('the Node that runs this is one that package.json lists, or newer', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  expect(nodeSupport(process.version, JSON.parse(text).engines.node)).not.toBe('too old');
});
