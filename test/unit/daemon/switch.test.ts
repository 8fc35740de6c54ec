import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { FollowedState } from '../../../src/bridge/follow.js';
import type { Config } from '../../../src/config/config.js';
import { loadConfig } from '../../../src/config/load.js';
import { runUntilStopped } from '../../../src/daemon/lifecycle.js';
import { ServiceManager } from '../../../src/daemon/machine/service-manager.js';
import { AddressBook } from '../../../src/daemon/runtime/interface-addresses.js';
import { policyRules } from '../../../src/daemon/forwarding/policy.js';
import { Switch, UnknownPortError } from '../../../src/daemon/switch.js';
import { systemTimerClock, type TimerClock } from '../../../src/daemon/runtime/timers.js';
import { noMemory } from '../../../src/daemon/machine/interface-memory.js';
import type { OpenOptions, PortInfo } from '../../../src/native/data-plane.js';
import { fileWith } from '../config/config-files.js';
import { FakeDataPlane } from './fake-data-plane.js';
import { portsNamed } from '../../support/config-ports.js';
import { VirtualTime } from '../../support/virtual-time.js';

const addressesOf = (name: string) => new AddressBook((line) => console.warn(line)).of(name);

const config: Config = {
  timestamping: 'auto',
  ports: portsNamed('eth1', 'eth2'),
  instances: [{ type: 'e2e-tc', domain: 'any' }],
};

function open(portState: Partial<PortInfo> = {}, timerClock: TimerClock = systemTimerClock) {
  const lines = { info: [] as string[], warn: [] as string[] };
  let fake: FakeDataPlane | undefined;
  const running = new Switch(
    (options) => {
      fake = new FakeDataPlane(options);
      fake.infos = fake.infos.map((info, index) =>
        index === 1 ? { ...info, ...portState } : info,
      );
      return fake;
    },
    config,
    { busyPoll: true, cpu: 1 },
    { info: (line) => lines.info.push(line), warn: (line) => lines.warn.push(line) },
    { timerClock, addressesOf },
  );
  if (fake === undefined) throw new Error('the data plane was not opened');
  return { fake, running, lines };
}

test('the engine is opened and programmed as configured', () => {
  const { fake } = open();
  expect(fake.options).toEqual({
    ports: config.ports,
    timestamping: 'auto',
    busyPoll: true,
    cpu: 1,
  });
  expect(fake.programmed).toEqual([
    {
      rules: [{ sdoId: 'any', domainNumber: 'any', action: 'e2e-tc' }],
      managedClock: 0x020000fffe000001n,
      linkDelays: [],
      rateRatios: [],
    },
  ]);
});

/** What the data plane is asked for by a configuration. */
function openedWith(text: string): OpenOptions {
  let asked: OpenOptions | undefined;
  const stop = new Error('asked');
  try {
    new Switch(
      (options) => {
        asked = options;
        throw stop;
      },
      loadConfig(fileWith(text)),
      { busyPoll: false },
      { info: () => undefined, warn: () => undefined },
    );
  } catch (error) {
    if (error !== stop) throw error;
  }
  if (asked === undefined) throw new Error('the data plane was not opened');
  return asked;
}

test.each(readdirSync('config'))('the sample config/%s makes a switch', (name) => {
  const sample = loadConfig(`config/${name}`);
  let fake: FakeDataPlane | undefined;
  const ignore = (): void => undefined;
  const log = { info: ignore, warn: ignore };
  new Switch((options) => (fake = new FakeDataPlane(options)), sample, { busyPoll: false }, log);
  expect(fake?.options.ports).toEqual(sample.ports);
  expect(fake?.programmed[0]?.rules).toHaveLength(policyRules(sample).length);
});

test('settings of the interfaces from before are handed on, remembered, and forgotten once restored', () => {
  const formerTimestamping = { interfaceIndex: 2, transmitType: 1, receiveFilter: 0 };
  const formerOffloads = { interfaceIndex: 2, features: ['rx-lro'] };
  const former = { formerTimestamping, formerOffloads };
  const told: unknown[] = [];
  const warnings: string[] = [];
  let fake: FakeDataPlane | undefined;
  const running = new Switch(
    (options) => (fake = new FakeDataPlane(options)),
    config,
    { busyPoll: false },
    { info: () => undefined, warn: (line) => warnings.push(line) },
    {
      addressesOf,
      interfaceMemory: {
        recall: () => new Map([['eth1', former]]),
        remember: (ports) => {
          told.push(ports.length);
          throw new Error('no space left');
        },
        forget: () => told.push(fake?.closed),
      },
    },
  );
  expect(fake?.options.ports).toEqual([{ ...config.ports[0], ...former }, config.ports[1]]);
  expect(warnings).toEqual([expect.stringMatching(/not remembered beyond a crash: no space left/)]);
  running.close();
  expect(told).toEqual([2, true]);
});

test('every port is introduced in one line', () => {
  expect(open().lines).toEqual({
    info: [
      'eth1: 02:00:00:00:00:01, software time stamps: no hardware clock',
      'eth2: 02:00:00:00:00:02, software time stamps: no hardware clock',
      'started: e2e-tc of any domain on eth1, eth2',
    ],
    warn: [],
  });
});

test('what is turned off of a port is told with it', () => {
  expect(open({ offloadsTurnedOff: ['rx-lro', 'rx-gro-list'] }).lines.info).toContain(
    'eth2: 02:00:00:00:00:02, software time stamps: no hardware clock; turned off: rx-lro, rx-gro-list',
  );
});

test('two kinds of time stamps are told at the start', () => {
  const { lines } = open({ timestamping: 'hardware' });
  expect(lines.warn).toEqual([
    expect.stringMatching(/^time stamps are of two kinds: hardware on eth2, software on eth1/),
  ]);
});

test('settings are remembered anew when an interface is back, for it may be another one', () => {
  let remembered = 0;
  let fake: FakeDataPlane | undefined;
  const interfaceMemory = { ...noMemory, remember: () => void (remembered += 1) };
  new Switch(
    (options) => (fake = new FakeDataPlane(options)),
    config,
    { busyPoll: false },
    { info: () => undefined, warn: () => undefined },
    { addressesOf, interfaceMemory },
  );
  fake?.report({ kind: 'link', port: 1, present: true, up: false });
  expect(remembered).toBe(1);
  fake?.report({ kind: 'link', port: 1, present: false, up: false });
  fake?.report({ kind: 'link', port: 1, present: true, up: true });
  expect(remembered).toBe(2);
});

test.each([
  ['auto', 'phc', 'mixed'],
  ['auto', 'virtual', 'auto'],
  ['hardware', 'phc', 'hardware'],
] as const)('timestamping: %s with clock: %s asks for %s', (timestamping, clock, asked) => {
  const text = `{timestamping: ${timestamping}, ports: [eth1, eth2], instances: [{type: bc, clock: ${clock}}]}`;
  expect(openedWith(text).timestamping).toBe(asked);
});

test('limits are shares of the ports; the data plane has tables for all of them', () => {
  const text =
    '{ports: [eth1, eth2, eth3], instances: [e2e-tc], socketPriority: 4, limits: {exchanges: 1000, addresses: 20}}';
  expect(openedWith(text)).toMatchObject({
    limits: { exchanges: 3000, addresses: 60 },
    socketPriority: 4,
  });
});

test('a port that is down at the start is a warning', () => {
  expect(open({ link: false }).lines.warn).toEqual([
    'eth2: the link is down: forwarding begins when it comes up',
  ]);
});

test('each change of a link is told once, a repetition not at all', () => {
  const { fake, lines } = open();
  const link = (present: boolean, up: boolean) => ({ kind: 'link', port: 1, present, up }) as const;
  fake.report(link(true, true), link(true, false), link(true, false), link(false, false));
  fake.report(link(true, true));
  expect(lines.warn).toEqual([
    'eth2: the link is down: forwarding begins when it comes up',
    'eth2: there is no such interface now: forwarding begins when it is back',
  ]);
  expect(lines.info.slice(-2)).toEqual([
    'eth2: the interface is back: forwarding begins when its link is up',
    'eth2: the link is up: forwarding',
  ]);
});

test('a clock that moves over and over is told once, until it has been left alone', () => {
  const time = new VirtualTime();
  const { fake, lines } = open({}, time);
  const told = 'eth2: its hardware clock was set or slewed: relating it anew, corrections wait';
  const moved = { kind: 'clockMoved', port: 1 } as const;
  fake.report(moved, moved);
  expect(lines.warn).toEqual([told]);
  for (let seconds = 0; seconds < 60; seconds += 5) {
    time.advance(5e9);
    fake.report(moved);
  }
  expect(lines.warn).toEqual([told]);
  time.advance(11e9);
  expect(lines.info.at(-1)).toBe('eth2: its hardware clock has been left alone for 10 s');
  fake.report(moved);
  expect(lines.warn).toEqual([told, told]);
});

test('an error of a port is told with its interface', () => {
  const { fake, lines } = open();
  fake.report({ kind: 'portError', port: 0, message: 'send: no buffer space (ENOBUFS)' });
  expect(lines.warn).toEqual(['eth1: send: no buffer space (ENOBUFS)']);
});

test('the test seam reaches the port by its interface', () => {
  const { fake, running } = open();
  running.loseTransmitTimestamps('eth2', 3);
  expect(fake.lost).toEqual([[1, 3]]);
  expect(() => running.loseTransmitTimestamps('eth9', 1)).toThrow(UnknownPortError);
});

function fail(): never {
  throw new Error('nothing is to be said');
}

test('a switch that is told to stop says so, closes its service, then itself', async () => {
  const { fake, running } = open();
  const stop = new AbortController();
  const order: string[] = [];
  const ended = runUntilStopped(
    running,
    () =>
      Promise.resolve({
        close: () => Promise.resolve(void order.push(fake.closed ? 'too late' : 'service')),
      }),
    stop.signal,
    new ServiceManager({ NOTIFY_SOCKET: '/run/x' }, (_, said) => order.push(said), fail),
  ).then(() => order.push(fake.closed ? 'switch' : 'left open'));
  stop.abort();
  await ended;
  expect(order).toEqual([
    ...['READY=1', 'STATUS=2/2 ports up', 'STATUS=', 'STOPPING=1'],
    ...['service', 'switch'],
  ]);
});

test('a service that cannot start leaves no engine behind', async () => {
  const { fake, running } = open();
  const refused = runUntilStopped(
    running,
    () => Promise.reject(new Error('socket taken')),
    new AbortController().signal,
    new ServiceManager({ NOTIFY_SOCKET: '/run/x' }, fail, fail),
  );
  await expect(refused).rejects.toThrow('socket taken');
  expect(fake.closed).toBe(true);
});

test('what the bridge decides is programmed at once, told, and shown of the ports', () => {
  const { fake, running, lines } = open();
  const ports = (...states: FollowedState[]) => ({
    vlanFiltering: false,
    topologyChanges: 0,
    ports: states.map((state) => ({ state, vlans: [] })),
  });
  running.setBridge(ports('forwarding', 'listening'));
  expect(fake.programmed.at(-1)?.bridge?.forwarding).toEqual([true, false]);
  running.setBridge(ports('forwarding', 'forwarding'));
  expect(fake.programmed.at(-1)?.bridge?.forwarding).toEqual([true, true]);
  expect(lines.info.slice(-3)).toEqual([
    'eth1: the bridge has it forwarding',
    'eth2: the bridge has it listening',
    'eth2: the bridge has it forwarding',
  ]);
  expect(running.ports().map(({ bridgeState }) => bridgeState)).toEqual([
    'forwarding',
    'forwarding',
  ]);
});

test('a loop is told, and its port shown as isolated until that is over', () => {
  const { fake, running, lines } = open();
  fake.report({ kind: 'notice', notice: 'loop', port: 1, otherPort: 0 });
  const isolations = () =>
    [running.ports(), running.stats().ports].map((ports) => ports.map((port) => port.isolation));
  const isolated = [null, { loopWith: 'eth1' }];
  expect(isolations()).toEqual([isolated, isolated]);
  fake.report({ kind: 'notice', notice: 'isolationOver', port: 1, otherPort: 0 });
  expect(isolations()).toEqual([
    [null, null],
    [null, null],
  ]);
  const told = lines.warn.filter((line) => line.includes('a loop'));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^eth2: a loop: what comes in by eth1 comes round to it: isolated/);
});

describe('a reload', () => {
  const file = (more: string) =>
    loadConfig(
      fileWith(
        `ports: [eth1, eth2]\ninstances: [{type: bc, domain: 0${more}}, {type: bc, domain: 1}]\n`,
      ),
    );
  function start() {
    const fakes: FakeDataPlane[] = [];
    const lines: string[] = [];
    const running = new Switch(
      (options) => {
        const fake = new FakeDataPlane(options);
        fakes.push(fake);
        return fake;
      },
      file(''),
      { busyPoll: false },
      { info: (line) => lines.push(line), warn: () => undefined },
      { addressesOf },
    );
    return { running, lines, fake: fakes[0]!, opened: fakes };
  }
  const priorities = (running: Switch) =>
    running.clocks().map(({ clock }) => [clock.domainNumber, clock.priority1]);

  test('in place changes what a clock says of itself, and says so', () => {
    const { running, lines, opened } = start();
    running.reload(file(', priority1: 3'));
    expect(priorities(running)).toEqual([
      [0, 3],
      [1, 128],
    ]);
    expect(lines).toContain('reload: bc of domain 0: priority1 is changed, it goes on');
    expect(opened).toHaveLength(1);
    running.close();
  });

  test('of a domain programs the policy once, with the new one', () => {
    const { running, fake } = start();
    const before = fake.programmed.length;
    running.reload(
      loadConfig(
        fileWith(
          'ports: [eth1, eth2]\ninstances: [{type: bc, domain: 7}, {type: bc, domain: 1}]\n',
        ),
      ),
    );
    expect(fake.programmed).toHaveLength(before + 1);
    expect(fake.programmed.at(-1)?.rules.map(({ domainNumber }) => domainNumber)).toEqual([7, 1]);
    expect(running.clocks().map(({ clock }) => clock.domainNumber)).toEqual([7, 1]);
    running.close();
  });

  test('that needs a restart, or is only asked for, changes nothing', () => {
    const { running, fake } = start();
    const before = fake.programmed.length;
    const other = { ...file(', priority1: 3'), socketPriority: 3 };
    expect(() => running.reload(other)).toThrow(/^socketPriority: .* restart ptp-switch$/);
    expect(running.reload(other, { dryRun: true }).refused).toEqual(['socketPriority']);
    expect(fake.programmed).toHaveLength(before);
    expect(priorities(running)[0]).toEqual([0, 128]);
    running.close();
  });
});

test('a running switch is looked at from its first second on', () => {
  const { fake, running } = open();
  const { ports, transparentClocks } = running.summary();
  expect(ports.map(({ interface: name, link }) => ({ name, link }))).toEqual([
    { name: 'eth1', link: 'up' },
    { name: 'eth2', link: 'up' },
  ]);
  expect(transparentClocks).toMatchObject([{ name: 'e2e-tc of any domain', domains: [] }]);
  running.close();
  expect(fake.closed).toBe(true);
});
