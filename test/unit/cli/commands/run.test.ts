import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Hangups } from '../../../../src/cli/hangups.js';
import { ControlClient } from '../../../../src/control/client.js';
import { FakeDataPlane } from '../../daemon/fake-data-plane.js';
import { invoke, type Invocation, type Machine } from '../command-line.js';

let directory: string;
let socket: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ptp-switch-run-'));
  socket = join(directory, 'control.sock');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const twoPorts = ['-i', 'eth1', '-i', 'eth2'];

/** A switch that runs while `during` does, and its own end. */
function whileRunning(
  during: (fake: FakeDataPlane) => Promise<void>,
  ...options: readonly string[]
): Promise<Invocation> {
  return whileRunningAs('e2e-tc', during, options);
}

/** @param instance in YAML */
async function whileRunningAs(
  instance: string,
  during: (fake: FakeDataPlane) => Promise<void>,
  options: readonly string[] = [],
  machine: Machine = {},
): Promise<Invocation> {
  const stop = new AbortController();
  let fake: FakeDataPlane | undefined;
  // The interfaces are made of fakes: nothing is to be said by those of this machine.
  const config = join(directory, 'quiet.yaml');
  writeFileSync(config, `{membershipReports: false, instances: [${instance}], ports: [a, b]}`);
  const ended = invoke(['run', '-c', config, ...twoPorts, ...options, '--socket', socket], {
    ...machine,
    stop: stop.signal,
    openDataPlane: (options) => (fake = new FakeDataPlane(options)),
  });
  try {
    await answering();
    if (fake === undefined) throw new Error('the data plane was not opened');
    await during(fake);
  } finally {
    stop.abort();
  }
  return ended;
}

/** Waits until the control socket answers. */
async function answering(): Promise<void> {
  for (;;) {
    const answered = await new ControlClient(socket).status().then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise(setImmediate);
  }
}

const ask = (...args: string[]): Promise<Invocation> => invoke([...args, '--socket', socket]);

describe('run', () => {
  test('listens for addresses that change for as long as it runs', async () => {
    const heard: string[] = [];
    let tell: (() => void) | undefined;
    const watchAddresses = (onChange: () => void) => {
      tell = onChange;
      return Promise.resolve(() => void heard.push('ended'));
    };
    const ended = await whileRunningAs(
      'e2e-tc',
      () => {
        tell?.();
        expect(heard).toEqual([]);
        return Promise.resolve();
      },
      [],
      { watchAddresses },
    );
    expect([ended.exitCode, tell === undefined]).toEqual([0, false]);
    expect(heard).toEqual(['ended']);
  });

  test('a hangup while it starts ends nothing: the file is read again as soon as the switch is ready', async () => {
    let ended = false;
    const hangups = new Hangups(() => (ended = true));
    const told: string[] = [];
    const { output } = await whileRunningAs(
      '{type: e2e-tc, domain: 1}',
      async () => {
        const { output } = await ask('stats', '--json');
        expect(JSON.parse(output)).toMatchObject({ instances: [{ domain: 2 }] });
      },
      [],
      {
        hangups,
        takeOwnership: () => {
          writeFileSync(
            join(directory, 'quiet.yaml'),
            '{membershipReports: false, instances: [{type: e2e-tc, domain: 2}], ports: [a, b]}',
          );
          hangups.signalled();
          return Promise.resolve({ release: () => undefined });
        },
        variables: { NOTIFY_SOCKET: '/run/notify' },
        notifyServiceManager: (_address, message) => told.push(message.split('\n')[0]!),
      },
    );
    expect(ended).toBe(false);
    expect(output.match(/reload: .*/g)).toHaveLength(1);
    expect(told).toEqual([
      ...['READY=1', 'STATUS=2/2 ports up', 'RELOADING=1', 'READY=1'],
      ...['STATUS=', 'STOPPING=1'],
    ]);
  });

  test('introduces its ports, answers, and ends cleanly', async () => {
    const ended = await whileRunning(() => Promise.resolve());
    expect(ended.exitCode).toBe(0);
    expect(ended.errors).toBe('');
    expect(ended.output.split('\n')).toEqual([
      'eth1: 02:00:00:00:00:01, software time stamps: no hardware clock',
      'eth2: 02:00:00:00:00:02, software time stamps: no hardware clock',
      'started: e2e-tc of any domain on eth1, eth2',
      'eth1, eth2: no bridge carries ordinary traffic, so unicast PTP finds nobody (no ARP passes): use --bridge, or bridge: {name: br-ptp} in the configuration',
    ]);
    expect(existsSync(socket)).toBe(false);
  });

  test.each(['ERR_PERMISSION', 'ERR_NO_INTERFACE', 'ERR_PORT_TAKEN', 'ERR_TIMESTAMPING'])(
    '%s of the engine is one line and exit code 1',
    async (code) => {
      const message = 'eth2: what is wrong: what to do';
      const failed = await invoke(['run', ...twoPorts, '--socket', socket], {
        openDataPlane: () => {
          throw Object.assign(new Error(message), { code });
        },
      });
      expect(failed).toEqual({ exitCode: 1, output: '', errors: message });
    },
  );

  test('one port is wrong usage, before any interface is touched', async () => {
    const failed = await invoke(['run', '-i', 'eth1'], {
      openDataPlane: () => {
        throw new Error('opened');
      },
    });
    expect(failed.exitCode).toBe(2);
    expect(failed.errors).toMatch(/^command line: -i: has only 1/);
  });

  test.each([
    ['--bridge', '9x', '--bridge: "9x" does not fit here'],
    ['--join-bridge', '9x', '--join-bridge: "9x" does not fit here'],
  ])('%s %s is wrong usage', async (option, name, complaint) => {
    const failed = await invoke(['run', ...twoPorts, option, name]);
    expect(failed.exitCode).toBe(2);
    expect(failed.errors).toContain(`command line: ${complaint}`);
  });

  test('--bridge needs no name', async () => {
    const config = join(directory, 'joining.yaml');
    writeFileSync(config, '{instances: [e2e-tc], ports: [a, b], bridge: br0}');
    const failed = await invoke(['run', '-c', config, '--bridge', ...twoPorts]);
    expect(failed.exitCode).toBe(2);
    expect(failed.errors).toMatch(
      /^command line: --bridge: makes a bridge, and the file joins br0/,
    );
  });

  test('a second switch on the socket gives way before any interface is touched', async () => {
    await whileRunning(async (first) => {
      const refused = await invoke(['run', ...twoPorts, '--socket', socket], {
        openDataPlane: () => {
          throw new Error('opened');
        },
      });
      expect(refused.exitCode).toBe(1);
      expect(refused.errors).toContain('another ptp-switch is running on this socket');
      expect(first.closed).toBe(false);
    });
  });
});

describe('asking a running switch', () => {
  test('stats: ports, messages, and what is not zero', async () => {
    await whileRunning(async (fake) => {
      fake.setCounter(0, 'rx.Sync', 12);
      fake.setCounter(1, 'tx.Sync', 11);
      fake.setCounter(0, 'drop.noPolicy', 1);
      fake.setResidences(1, [850, 1000]);
      expect((await ask('stats')).output).toBe(
        [
          'port  link    stamps  received  sent  lost  discarded',
          'eth1    up  software        12     0     0          1',
          'eth2    up  software         0    11     0          0',
          '',
          'port  residence p50      p99      max',
          'eth1              -        -        -',
          'eth2         999 ns  1.00 us  1.00 us',
          '',
          'received  Sync',
          'eth1        12',
          'eth2         0',
          '',
          'sent  Sync',
          'eth1     0',
          'eth2    11',
          '',
          'also counted',
          'eth1  drop.noPolicy 1',
        ].join('\n'),
      );
    });
  });

  test('stats --json --port', async () => {
    await whileRunning(async () => {
      const { output } = await ask('stats', '--json', '--port', 'eth2');
      expect(JSON.parse(output)).toMatchObject({
        ports: [{ interface: 'eth2', link: 'up', counters: { rx: { Sync: 0 } } }],
        instances: [{ type: 'e2e-tc', domain: 'any' }],
      });
    });
  });

  test('stats of a port that is none', async () => {
    await whileRunning(async () => {
      const { exitCode, errors } = await ask('stats', '--port', 'eth9');
      expect(exitCode).toBe(1);
      expect(errors).toBe('eth9: not a port of this switch: its ports are eth1, eth2');
    });
  });

  test('stats --watch goes on until it is stopped, with rates from the second table on', async () => {
    await whileRunning(async (fake) => {
      const stop = new AbortController();
      let tables = 0;
      const { exitCode, output } = await invoke(['stats', '-w', '0.1', '--socket', socket], {
        stop: stop.signal,
        onOutput: () => {
          tables += 1;
          fake.setCounter(0, 'rx.Sync', 1000);
          if (tables === 2) stop.abort();
        },
      });
      expect(exitCode).toBe(0);
      expect(output.match(/residence p50/g)).toHaveLength(2);
      expect(output).toMatch(/^received +Sync +\/s\neth1 +1,000 +[1-9][\d.,]+\n/m);
    });
  });

  test('show ports', async () => {
    await whileRunning(async () => {
      expect((await ask('show', 'ports')).output).toBe(
        [
          'port            address  link  time stamps  clock            because',
          'eth1  02:00:00:00:00:01    up     software      -  no hardware clock',
          'eth2  02:00:00:00:00:02    up     software      -  no hardware clock',
        ].join('\n'),
      );
      const { output } = await ask('show', 'ports', '--json');
      expect(JSON.parse(output)).toMatchObject({ ports: [{ phcIndex: null }, {}] });
    });
  });

  test('show ports: where hardware clocks stand', async () => {
    await whileRunning(async (fake) => {
      const clock = { related: true, offsetNs: -7e9, ratePpb: 30_012.4, uncertaintyNs: 1.5 };
      const clocks = [clock, { ...clock, related: false }];
      fake.infos = fake.infos.map((info, port) => ({ ...info, clock: clocks[port] ?? null }));
      const { output } = await ask('show', 'ports');
      expect(output.split('\n').slice(4)).toEqual([
        'port  ahead of the system clock by  faster by  uncertainty                            state',
        'eth1                       -7.00 s  30012 ppb         2 ns                          related',
        'eth2                       -7.00 s  30012 ppb         2 ns  being related: corrections wait',
      ]);
    });
  });

  test('show ports of a peer-to-peer switch: every link, and what is wrong with one', async () => {
    await whileRunning(
      async (fake) => {
        fake.setCounter(1, 'drop.otherDelayMechanism', 4);
        const { output } = await ask('show', 'ports');
        const [, links = '', problem] = output.split('\n\n');
        const rows = links.split('\n');
        expect(rows[0]).toMatch(
          /^port +transport +mean link delay +neighbour faster by +neighbour +state$/,
        );
        expect(rows.slice(1).map((row) => row.split(/ +/).slice(0, 3))).toEqual(
          ['eth1', 'eth2'].flatMap((port) =>
            ['l2', 'udp4', 'udp6'].map((transport) => [port, transport, '-']),
          ),
        );
        expect(problem).toMatch(/^eth2: the neighbour measures its delay end to end .* e2e-tc$/);
        const json = JSON.parse((await ask('show', 'ports', '--json')).output) as unknown;
        expect(json).toMatchObject({
          ports: [{ peerDelay: { problem: null } }, { meanLinkDelayNs: null }],
        });
      },
      '--type',
      'p2p-tc',
    );
  });

  test('show ports of a peer-to-peer clock: links of the transports in use alone', async () => {
    const clock = '{type: bc, ports: [{interface: eth1, delayMechanism: p2p}, eth2]}';
    await whileRunningAs(clock, async () => {
      const { output } = await ask('show', 'ports');
      const links = output.split('\n\n').find((section) => section.includes('mean link delay'));
      const rows = (links ?? '').split('\n').slice(1);
      expect(rows.map((row) => row.split(/ +/).slice(0, 2))).toEqual([['eth1', 'l2']]);
      const { ports } = JSON.parse((await ask('show', 'ports', '--json')).output) as {
        ports: { peerDelay: { links: { transport: string }[] } | null }[];
      };
      expect(ports.map(({ peerDelay }) => peerDelay?.links.length ?? null)).toEqual([1, null]);
    });
  });

  const aTransparentClock = [
    'e2e-tc of any domain: a transparent clock, which keeps no PTP time; residence times are corrected by the rate of:',
    '  no Syncs pass',
  ].join('\n');

  test('show ports of one port, and of one that is none', async () => {
    await whileRunning(async () => {
      const { output } = await ask('show', 'ports', 'eth2', '-j');
      expect(JSON.parse(output)).toMatchObject({ schema: 1, ports: [{ interface: 'eth2' }] });
      expect(await ask('show', 'ports', 'eth9')).toMatchObject({
        exitCode: 1,
        errors: 'eth9: not a port of this switch: its ports are eth1, eth2',
      });
    });
  });

  test('show clock of a domain, and of one without a clock', async () => {
    await whileRunningAs('{type: bc, domain: 24}', async () => {
      const { output } = await ask('show', 'clock', '-d', '24', '--json');
      const answer = JSON.parse(output) as { clocks: unknown[] };
      expect(answer).toMatchObject({ clocks: [{ clock: { domainNumber: 24, sdoId: 0 } }] });
      expect(answer).toMatchObject({ transparentClocks: [] });
      for (const what of ['parent', 'time', 'foreign-masters']) {
        expect((await ask('show', what)).output).toMatch(/^bc of domain 24: domain 24$/m);
        const part = JSON.parse((await ask('show', what, '-j')).output) as unknown;
        expect(part).toMatchObject({ clocks: [{ instance: 'bc of domain 24', domainNumber: 24 }] });
      }
      expect(await ask('show', 'clock', '-d', '7')).toMatchObject({
        exitCode: 1,
        errors: 'domain 7: no clock of this switch is in it: its domains are 24',
      });
      expect((await ask('show', 'clock', 'eth1')).exitCode).toBe(2);
    });
  });

  test.each(['clock', 'parent', 'time', 'foreign-masters'])(
    'show %s: a transparent clock has none, and the answer its shape',
    async (what) => {
      await whileRunning(async () => {
        const { exitCode, output } = await ask('show', what);
        expect(exitCode).toBe(0);
        if (what === 'clock') expect(output).toBe(aTransparentClock);
        else expect(output).toMatch(/^no .+: a transparent clock [^\n]+$/);
        expect(JSON.parse((await ask('show', what, '-j')).output)).toMatchObject({
          schema: 1,
          clocks: [],
        });
      });
    },
  );

  test.each([['stats'], ['show', 'ports'], ['show', 'clock']])(
    '%s %s without a running switch fails with the remedy',
    async (...args) => {
      const { exitCode, errors } = await ask(...args);
      expect(exitCode).toBe(1);
      expect(errors).toContain('start one with ptp-switch run');
    },
  );
});
