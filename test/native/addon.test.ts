/** The door of the addon: what it refuses, with which code, and what survives misuse. Needs no interface but loopback. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { notifyServiceManager, openDataPlane, probeInterface } from '../../src/native/addon.js';
import type { OpenOptions } from '../../src/native/data-plane.js';

const port = { interface: 'nosuch0', ingressLatencyNs: 0, egressLatencyNs: 0, delayAsymmetryNs: 0 };
const options: OpenOptions = { ports: [port], timestamping: 'software', busyPoll: false };

/** The code of the error that opening throws. */
function codeOf(changed: object): unknown {
  try {
    openDataPlane({ ...options, ...changed }).close();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'opened';
}

describe('arguments are checked at the door', () => {
  test.each([
    ['no ports', { ports: [] }],
    ['ports that are not an array', { ports: 'eth1' }],
    ['more ports than a port set holds', { ports: Array.from({ length: 33 }, () => port) }],
    ['a port that is not an object', { ports: [null] }],
    [
      'an interface name longer than the kernel allows',
      { ports: [{ ...port, interface: 'x'.repeat(16) }] },
    ],
    ['an interface named twice', { ports: [port, port] }],
    ['a latency that is not a number', { ports: [{ ...port, ingressLatencyNs: NaN }] }],
    ['a latency in the wrong unit', { ports: [{ ...port, egressLatencyNs: 1e12 }] }],
    ['an unknown time stamping mode', { timestamping: 'quantum' }],
    ['a priority that no socket has', { socketPriority: 16 }],
    ['limits that are not an object', { limits: 5 }],
    ['a table of no size', { limits: { loopFingerprints: 0 } }],
    ['offloads without the interface', { ports: [{ ...port, formerOffloads: { features: [] } }] }],
    [
      'offloads that are not names',
      { ports: [{ ...port, formerOffloads: { interfaceIndex: 1, features: [5] } }] },
    ],
    ['a processor that is not an integer', { cpu: 0.5 }],
    ['busyPoll that is not a boolean', { busyPoll: 'yes' }],
  ])('%s', (_, changed) => {
    expect(codeOf(changed)).toBe('ERR_ARGUMENT');
  });

  test('options that are not an object', () => {
    expect(() => openDataPlane(undefined as unknown as OpenOptions)).toThrow(
      /options must be an object/,
    );
  });
});

describe('interfaces that cannot be ports', () => {
  test('one that does not exist is named, with the remedy', () => {
    expect(codeOf({})).toBe('ERR_NO_INTERFACE');
    expect(() => openDataPlane(options)).toThrow(/^nosuch0: no such network interface: `ip link`/);
  });

  test('loopback is no Ethernet', () => {
    expect(codeOf({ ports: [{ ...port, interface: 'lo' }] })).toBe('ERR_NOT_ETHERNET');
  });
});

describe('probeInterface', () => {
  test('says what the kernel says of loopback', () => {
    const probe = probeInterface('lo');
    expect(probe).toMatchObject({ exists: true, loopback: true, ethernet: false, phcIndex: -1 });
    expect(probe.interfaceIndex).toBeGreaterThan(0);
  });

  test('an unknown or impossible name does not exist', () => {
    expect(probeInterface('nosuch0').exists).toBe(false);
    expect(probeInterface('').exists).toBe(false);
    expect(probeInterface('x'.repeat(400)).exists).toBe(false);
  });

  test('a name that is not a string is refused', () => {
    expect(() => probeInterface(7 as unknown as string)).toThrow(/name must be a string/);
  });
});

test('a failed open leaves nothing behind that keeps a thread alive', async () => {
  const code = `
    const { parentPort } = require('node:worker_threads');
    const { Engine } = require('bindings')({ bindings: 'ptp_switch', module_root: ${JSON.stringify(process.cwd())} });
    const options = ${JSON.stringify(options)};
    const codes = [];
    for (let i = 0; i < 20; i++) {
      try { new Engine(options, () => {}); } catch (error) { codes.push(error.code); }
    }
    parentPort.postMessage(codes);`;
  const worker = new Worker(code, { eval: true });
  const codes = await new Promise<string[]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const exitCode = await new Promise((resolve) => worker.once('exit', resolve));
  expect(new Set(codes)).toEqual(new Set(['ERR_NO_INTERFACE']));
  expect(codes).toHaveLength(20);
  expect(exitCode).toBe(0);
});

/** What a program with the addon says, in a process of its own: `Engine` and `Forwarder` are there. */
async function outputOf(program: string): Promise<string> {
  const bindings = `require('bindings')({ bindings: 'ptp_switch', module_root: ${JSON.stringify(process.cwd())} })`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '-e',
    `const { Engine, Forwarder } = ${bindings};\n${program}`,
  ]);
  return stdout.trim();
}

/** AddressSanitizer (npm run test:sanitizers) ends a program that is out of memory, where the allocator would throw. */
const endsForWantOfMemory = process.env['LD_PRELOAD']?.includes('libasan') === true;

test.skipIf(endsForWantOfMemory)(
  'an exception of C++, such as for want of memory, is an error of JavaScript',
  async () => {
    // Some memory more than there is now, and a table that needs far more.
    const output = await outputOf(`
    const { execFileSync } = require('node:child_process');
    const { readFileSync } = require('node:fs');
    const size = Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
    execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + (size + 600e6)]);
    try {
      new Forwarder({ ports: 32, seed: 1, limits: { heldMessages: 2 ** 20 } }, () => {});
    } catch (error) {
      console.log(error.message);
    }`);
    expect(output).toBe('std::bad_alloc');
  },
);

describe('notifyServiceManager', () => {
  test.each([
    ['neither a path nor an abstract name', 'run/notify'],
    ['neither a path nor an abstract name', ''],
    ['no length for a socket', `/${'x'.repeat(200)}`],
    ['No such file', '/nonexistent/notify'],
    ['Connection refused', '@ptp-switch test that nobody listens to'],
  ])('%s: is said', (problem, address) => {
    expect(() => notifyServiceManager(address, 'READY=1')).toThrow(problem);
  });

  test('an address that is no text is refused', () => {
    expect(() => notifyServiceManager(7 as unknown as string, '')).toThrow(/address must be/);
  });
});
