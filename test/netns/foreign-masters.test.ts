/** Whom a boundary clock follows among those who announce themselves, and what it says of the others, beside ptp4l and ptpd. */
import { describe, expect, test, type TestContext } from 'vitest';
import { clockIdentity } from '../../src/core/time/identity.js';
import { encode } from '../../src/core/wire/message.js';
import { defaultProfile } from '../../src/core/profile/default.js';
import { encapsulate } from '../../src/daemon/runtime/encapsulation.js';
import { announceFrom } from '../support/announces.js';
import { FramePort } from '../support/netns/frame-port.js';
import { Network } from '../support/netns/network.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { ptpdGrandmaster } from '../support/netns/ptpd.js';
import { Star, startClocks, type Peer } from '../support/netns/star.js';
import { type Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite('ptp4l', 'ptpd', 'g++');
if (missing !== undefined) console.warn(`foreign masters: skipped, ${missing}`);

const timeoutMs = 60_000;
const frequent = 'logAnnounceInterval: -2, logSyncInterval: -4, logMinDelayReqInterval: -4';
const announceIntervalMs = 250;
/** A port remembers as many masters (docs/neighbours.md). */
const mostMasters = 32;
const forged = 0x02_0000_fffe_00_f000n;

/** "020000.fffe.000001", as the status and ptp4l have it. */
function identityOf({ namespace, interface: name }: Peer): string {
  const digits = namespace.mac(name).replaceAll(':', '');
  return `${digits.slice(0, 6)}.fffe.${digits.slice(6)}`;
}

/** A boundary clock between a place for a grandmaster and another one. */
async function clockIn(onTestFinished: TestContext['onTestFinished'], settings: string) {
  const star = new Star({ slaves: 1 });
  onTestFinished(() => star.close());
  const [running] = await star.startClocks(`instances:\n  - {type: bc, ${frequent}${settings}}\n`);
  const [slave] = star.slaves;
  if (running === undefined || slave === undefined) throw new Error('no switch');
  return { star, running, slave };
}

/** Announces that a master of that identity sends, one an interval. */
async function announce(
  onTestFinished: TestContext['onTestFinished'],
  { namespace, interface: name }: Peer,
  identities: readonly bigint[],
  sequenceIdOf: (count: number) => number,
): Promise<void> {
  const port = await FramePort.open(namespace, name, () => false);
  const local = { transport: 'l2', mac: namespace.mac(name) } as const;
  let count = 0;
  const timer = setInterval(() => {
    const sequenceId = sequenceIdOf(++count);
    for (const identity of identities) {
      const sender = { clockIdentity: clockIdentity(identity), portNumber: 1 };
      const message = announceFrom(
        sender,
        { grandmasterPriority1: 100 },
        { sequenceId, logMessageInterval: -2 },
      );
      port.send(
        encapsulate(
          encode(message),
          { kind: 'multicast' },
          local,
          defaultProfile.encapsulation,
          undefined,
        ),
      );
    }
  }, announceIntervalMs);
  onTestFinished(() => clearInterval(timer));
}

async function untilFollowing(running: Switch, identity: string): Promise<void> {
  await until(
    `${identity} to be followed`,
    async () => (await running.clock()).parent.grandmasterIdentity === identity,
    timeoutMs,
    () => `${running.operatorClock()}\n${running.child.output}`,
  );
}

async function untilTold(running: Switch, words: string): Promise<void> {
  await until(
    words,
    () => running.child.output.includes(words),
    timeoutMs,
    () => running.child.output,
  );
  expect(running.child.output.split(words)).toHaveLength(2);
}

describe.skipIf(missing !== undefined)('a boundary clock', () => {
  test.concurrent(
    'with two ports on one network is PASSIVE on one of them, with and without a grandmaster there',
    async ({ onTestFinished }) => {
      const network = new Network();
      onTestFinished(() => network.close());
      const [place, lan, other] = ['switch', 'lan', 'other'].map((role) => network.namespace(role));
      if (place === undefined || lan === undefined || other === undefined) throw new Error('3');
      const interfaces = ['eth1', 'eth2'];
      for (const name of interfaces) {
        network.connect({ namespace: place, interface: name }, { namespace: lan, interface: name });
      }
      network.connect(
        { namespace: other, interface: 'eth0' },
        { namespace: lan, interface: 'eth3' },
      );
      lan.ip('link add lan type bridge', 'link set lan up');
      for (const name of [...interfaces, 'eth3']) lan.ip(`link set ${name} master lan`);
      const [running] = await startClocks(
        network,
        [{ namespace: place, interfaces }],
        `instances:\n  - {type: bc, ${frequent}}\nports: [eth1, eth2]\n`,
      );
      if (running === undefined) throw new Error('no switch');
      const states = async () => (await running.clock()).clock.ports.map((port) => port.portState);
      const untilStates = (...wanted: readonly RegExp[]) =>
        until(
          `${wanted.join(' and ')}`,
          async () => (await states()).every((state, index) => wanted[index]?.test(state)),
          timeoutMs,
          () => running.operatorClock(),
        );

      await untilStates(/^MASTER$/, /^PASSIVE$/);
      await untilTold(running, 'eth2: it is on one network with another port of this clock');
      const slave = Ptp4l.slave(network, other);
      await slave.waitUntilFollowing();
      const selected = /selected best master clock (\S+)/.exec(slave.child.output)?.[1];
      expect(selected).toBe((await running.clock()).clock.clockIdentity);
      await slave.child.stop();

      Ptp4l.grandmaster(network, other);
      await untilStates(/^(UNCALIBRATED|SLAVE)$/, /^PASSIVE$/);
    },
  );

  test.concurrent(
    'says of a grandmaster that announces itself too seldom that it does',
    async ({ onTestFinished }) => {
      const { star, running } = await clockIn(onTestFinished, '');
      const seldom = { logAnnounceInterval: 1, announceReceiptTimeout: 2 };
      Ptp4l.grandmaster(star.network, star.gm.namespace, { settings: seldom });
      await untilTold(running, 'announces itself too seldom for this port to follow it');
      const { foreignMasters, parent, clock } = await running.clock();
      expect(foreignMasters.map(({ standing }) => standing)).toEqual(['announcesTooSeldom']);
      expect(parent.grandmasterIdentity).toBe(clock.clockIdentity);
      expect(running.operatorClock()).toContain('too seldom');
    },
  );

  test.concurrent(
    'follows a grandmaster that is better than as many as a port remembers',
    async ({ onTestFinished }) => {
      const { star, running } = await clockIn(onTestFinished, '');
      const identities = Array.from({ length: mostMasters }, (_, index) => forged + BigInt(index));
      await announce(onTestFinished, star.gm, identities, (count) => count);
      await until(
        'a full table',
        async () => (await running.clock()).foreignMasters.length === mostMasters,
        timeoutMs,
        () => running.operatorClock(),
      );
      Ptp4l.grandmaster(star.network, star.gm.namespace);
      await untilFollowing(running, identityOf(star.gm));
      await until(
        'most of the others to be heard, and worse',
        async () => {
          const { foreignMasters } = await running.clock();
          expect(foreignMasters.length).toBeLessThanOrEqual(mostMasters);
          const worse = foreignMasters.filter(({ standing }) => standing === 'worse');
          return worse.length > mostMasters / 2;
        },
        timeoutMs,
        () => running.operatorClock(),
      );
    },
  );

  test.concurrent(
    'follows a master whose sequenceId does not count, and says that it does not',
    async ({ onTestFinished }) => {
      const { star, running } = await clockIn(onTestFinished, '');
      await announce(onTestFinished, star.gm, [forged], () => 7);
      await untilFollowing(running, '020000.fffe.00f000');
      await untilTold(running, 'eth1: the sequenceId of a master does not count');
    },
  );

  test.concurrent(
    'follows ptpd, which is acceptable, and not ptp4l, which is better and is not',
    async ({ onTestFinished }) => {
      const star = new Star({ slaves: 1 });
      onTestFinished(() => star.close());
      const [acceptable] = star.slaves;
      if (acceptable === undefined) throw new Error('no place for ptpd');
      const identity = identityOf(acceptable);
      const [running] = await star.startClocks(
        `instances:\n  - {type: bc, transport: udp4, ${frequent}, acceptableMasters: ['${identity}']}\n`,
      );
      if (running === undefined) throw new Error('no switch');
      Ptp4l.grandmaster(star.network, star.gm.namespace, {
        transport: 'UDPv4',
        settings: { priority1: 5 },
      });
      await untilTold(running, 'eth1: somebody announces himself who is not among');
      ptpdGrandmaster(star.network, acceptable.namespace, acceptable.interface);
      await untilFollowing(running, identity);
      const standings = (await running.clock()).foreignMasters.map(({ standing }) => standing);
      expect(standings.toSorted()).toEqual(['followed', 'notAcceptableMaster']);
    },
  );
});
