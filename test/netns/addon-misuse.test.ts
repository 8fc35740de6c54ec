/**
 * What a program may do to a running engine without ending its process: end the Worker that has it, close it out of a
 * getter of an argument. Each is done in a process of its own, which tells by its exit what became of it.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { VethPairs } from '../support/netns/veth-pairs.js';
import { syncFrame } from '../native/contract/frames.js';

const missing = missingPrerequisite();
if (missing !== undefined) console.warn(`misuse of the addon: skipped, ${missing}`);

/** Of a node process: `open(names, onReadable)` opens an engine that ends all PTP messages. */
const prelude = `
  const { Engine } = require('bindings')({ bindings: 'ptp_switch', module_root: ${JSON.stringify(process.cwd())} });
  const open = (names, onReadable) => {
    const zero = { ingressLatencyNs: 0, egressLatencyNs: 0, delayAsymmetryNs: 0 };
    const ports = names.map((name) => ({ interface: name, ...zero }));
    const engine = new Engine({ ports, timestamping: 'software', busyPoll: false }, onReadable);
    engine.program({
      rules: [{ sdoId: 'any', domainNumber: 'any', action: 'terminate' }],
      linkDelays: [], rateRatios: [], loopGuard: false,
    });
    return engine;
  };
  const frame = Uint8Array.from(${JSON.stringify([...syncFrame({ sequenceId: 1 })])});
`;

/** Its output; rejects, with the signal, when the process is ended by one. */
async function run(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', prelude + program]);
  return stdout.trim();
}

describe.skipIf(missing !== undefined)('the addon survives', () => {
  test('Workers that are ended while frames come in', async () => {
    const pairs = new VethPairs(2);
    try {
      const output = await run(`
        const { Worker } = require('node:worker_threads');
        const far = open(${JSON.stringify(pairs.far)}, () => far.drain());
        const frames = Array.from({ length: 20 }, () => ({ port: 0, frame }));
        let sending = true;
        const send = () => {
          if (!sending) return;
          far.submit(frames);
          setImmediate(send);
        };
        send();
        const code = ${JSON.stringify(prelude)} + \`
          const engine = open(${JSON.stringify(pairs.near)}, () => {
            engine.drain();
            require('node:worker_threads').parentPort.postMessage('a frame');
          });\`;
        (async () => {
          for (let i = 0; i < 25; i += 1) {
            const worker = new Worker(code, { eval: true });
            await new Promise((resolve, reject) => {
              worker.once('message', resolve);
              worker.once('error', reject);
            });
            await worker.terminate();
          }
          sending = false;
          far.close();
          console.log('survived');
        })();`);
      expect(output).toBe('survived');
    } finally {
      pairs.remove();
    }
  });

  test.each([
    ['submit', 'engine.submit([{ get port() { engine.close(); return 0; }, frame, context: 1 }])'],
    [
      'program',
      'engine.program({ get rules() { engine.close(); return []; }, linkDelays: [], rateRatios: [] })',
    ],
    [
      'adjustClock',
      'engine.adjustClock(0, { get rateChangePpb() { engine.close(); return 0; }, stepNs: 0n })',
    ],
  ])('an argument of %s whose getter closes the engine', async (_, call) => {
    const pairs = new VethPairs(2);
    try {
      const output = await run(`
        const engine = open(${JSON.stringify(pairs.near)}, () => {});
        try { ${call}; } catch (error) { console.log(error.code); }`);
      expect(output).toBe('ERR_CLOSED');
    } finally {
      pairs.remove();
    }
  });
});
