/** docs/schema/ is what the code says, and what a running switch answers is what the schemas say. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonSchemas, textOf } from '../../../scripts/json-schemas.mjs';
import { labAnswer } from '../../../src/cli/formats/lab/lab-answer.ts';
import { ControlClient } from '../../../src/control/client.ts';
import { invoke } from '../cli/command-line.ts';
import { FakeDataPlane } from '../daemon/fake-data-plane.ts';
import { boundaryReport } from '../lab/boundary-reports.ts';
import { report as transparentReport } from '../lab/reports.ts';

const folder = new URL('../../../docs/schema/', import.meta.url);
/** The compiler reads the whole program, also where others have the processor. */
const compileTimeoutMs = 120_000;

test(
  'the files are what the types say: else npm run build:schemas',
  () => {
    const expected = Object.entries(jsonSchemas()).map(([name, schema]) => [
      `${name}.json`,
      textOf(schema),
    ]);
    const written = readdirSync(folder).map((file) => [
      file,
      readFileSync(new URL(file, folder), 'utf8'),
    ]);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(expected));
  },
  compileTimeoutMs,
);

describe('real answers', () => {
  let directory;
  let validators;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ptp-switch-schemas-'));
    const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
    // What is not declared would be a mistake of ours, although scripts have to let it pass.
    const strict = Object.entries(jsonSchemas({ strict: true }));
    validators = new Map(strict.map(([name, schema]) => [name, ajv.compile(schema)]));
  }, compileTimeoutMs);
  afterAll(() => rmSync(directory, { recursive: true }));

  function expectValid(name, answer) {
    const validate = validators.get(name);
    validate(answer);
    expect(validate.errors ?? [], name).toEqual([]);
  }

  /** A switch over a data plane that is a fake, while `during` runs. */
  async function whileRunning(instances, during) {
    const socket = join(directory, 'control.sock');
    const config = join(directory, 'switch.yaml');
    writeFileSync(config, `{membershipReports: false, ports: [a, b], instances: [${instances}]}`);
    const stop = new globalThis.AbortController();
    let fake;
    const ended = invoke(['run', '-c', config, '--socket', socket], {
      stop: stop.signal,
      openDataPlane: (options) => (fake = new FakeDataPlane(options)),
    });
    try {
      const client = new ControlClient(socket);
      const early = ended.then(({ errors }) => Promise.reject(new Error(`ended: ${errors}`)));
      while (!(await Promise.race([client.answers(), early]))) await turn();
      early.catch(() => undefined);
      await during({ client, fake, ask: (...args) => invoke([...args, '--socket', socket]) });
    } finally {
      stop.abort();
      await ended;
    }
  }

  const switches = {
    'a transparent clock': '{type: e2e-tc}',
    'a peer-to-peer one with a domain': '{type: p2p-tc, domain: 3, sdoId: 0}',
    'a boundary clock beside one that lets pass':
      '{type: bc, domain: 4, acceptableMasters: [001b19.fffe.000001], servo: {kind: pi}}, {type: e2e-tc}',
  };

  test.each(Object.entries(switches))('of %s', async (_name, instances) => {
    await whileRunning(instances, async ({ client, fake, ask }) => {
      fake.setResidences(1, [850, 1000]);
      const clock = { related: true, offsetNs: -7e9, ratePpb: 30_012.4, uncertaintyNs: 1.5 };
      fake.infos = fake.infos.map((info) => ({ ...info, clock }));
      const questions = ['stats', 'ports', 'clocks', 'status'].map((name) => [name, `/${name}`]);
      const parts = ['parent', 'time', 'foreign-masters'].map((name) => [name, `/clocks/${name}`]);
      for (const [name, path] of [...questions, ...parts])
        expectValid(name, await client.ask(path));
      const commands = [
        ['stats', 'stats', '--port', 'a'],
        ['ports', 'show', 'ports', 'b'],
        ['clocks', 'show', 'clock', '-d', '4'],
        ['parent', 'show', 'parent'],
        ['time', 'show', 'time'],
        ['foreign-masters', 'show', 'foreign-masters', 'a'],
        ['reload', 'reload', '--dry-run'],
      ];
      for (const [name, ...command] of commands) {
        const { output, exitCode } = await ask(...command, '-j');
        expect(exitCode, output).toBe(0);
        expectValid(name, JSON.parse(output));
      }
    });
  });

  test('of the machine and of the lab', async () => {
    expectValid('doctor', JSON.parse((await invoke(['doctor', 'veth1', '-j'])).output));
    expectValid('lab', JSON.parse(JSON.stringify(labAnswer(boundaryReport))));
    expectValid('lab', JSON.parse(JSON.stringify(labAnswer(transparentReport))));
  });

  test('one that lacks a member, or has another, is found', () => {
    const validate = validators.get('status');
    const status = { schema: 1, at: '', since: '', uptimeSeconds: 1, version: '', pid: 1 };
    expect(validate({ ...status, acceptErrors: 0 })).toBe(true);
    expect(validate(status)).toBe(false);
    expect(validate({ ...status, acceptErrors: 0, more: 1 })).toBe(false);
    expect(validate({ ...status, acceptErrors: null })).toBe(false);
  });
});
