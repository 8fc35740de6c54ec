/**
 * No measurement, no lock: beside ptp4l and ptpd as grandmasters, each kind of message that a slave needs is lost, changed or
 * held back as it leaves the grandmaster. The lock ends within its timeout, `show clock --json` says which message
 * is missing, and the lock comes back with it.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MessageType } from '../../src/core/wire/header.js';
import type { ClockStatus } from '../../src/daemon/status/clock-status.js';
import { EgressFaults } from '../support/netns/egress-faults.js';
import { Network, type Namespace } from '../support/netns/network.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { ptpdGrandmaster } from '../support/netns/ptpd.js';
import { showOnFailure, Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

/** The ones of a busy machine. */
const START_TIMEOUT_MS = 60_000;
/** The grandmaster's elections, and eight Syncs that agree. */
const LOCK_TIMEOUT_MS = 30_000;
/** Its own timeouts are 3 s; the rest is for a busy machine. */
const END_TIMEOUT_MS = 10_000;

type Trouble = 'drop' | 'refuse' | 'delay';
const how = { drop: 'absent', refuse: 'refused', delay: 'late' } as const;

interface Peer {
  readonly title: string;
  readonly programs: readonly string[];
  readonly transport: 'L2' | 'UDPv4';
  readonly delayMechanism: 'e2e' | 'p2p';
  readonly start: (network: Network, namespace: Namespace) => void;
  readonly cases: readonly (readonly [MessageType, Trouble])[];
}

function ptp4l(delayMechanism: 'E2E' | 'P2P') {
  return (network: Network, namespace: Namespace): void => {
    const settings = {
      ...{ clockClass: 6, delay_mechanism: delayMechanism, logMinPdelayReqInterval: -4 },
    };
    Ptp4l.grandmaster(network, namespace, { transport: 'L2', settings });
  };
}

const peers: readonly Peer[] = [
  {
    ...{ title: 'ptp4l, end to end', programs: ['ptp4l'], transport: 'L2', delayMechanism: 'e2e' },
    start: ptp4l('E2E'),
    cases: [
      ['Sync', 'drop'],
      ['Follow_Up', 'drop'],
      ['Follow_Up', 'delay'],
      ['Follow_Up', 'refuse'],
      ['Delay_Resp', 'drop'],
      ['Delay_Resp', 'delay'],
      ['Delay_Resp', 'refuse'],
    ],
  },
  {
    ...{ title: 'ptp4l, peer to peer', programs: ['ptp4l'], transport: 'L2' },
    delayMechanism: 'p2p',
    start: ptp4l('P2P'),
    cases: [
      ['Follow_Up', 'drop'],
      ['Pdelay_Resp', 'drop'],
      ['Pdelay_Resp', 'refuse'],
    ],
  },
  {
    ...{ title: 'ptpd', programs: ['ptpd'], transport: 'UDPv4', delayMechanism: 'e2e' },
    start: (network, namespace) => void ptpdGrandmaster(network, namespace, 'eth0'),
    cases: [
      ['Follow_Up', 'drop'],
      ['Follow_Up', 'delay'],
      ['Delay_Resp', 'drop'],
      ['Delay_Resp', 'delay'],
    ],
  },
];

for (const { title, programs, transport, delayMechanism, start, cases } of peers) {
  const missing = missingPrerequisite('nft', 'tc', ...programs);
  if (missing !== undefined) console.warn(`no measurement, ${title}: skipped, ${missing}`);

  describe.skipIf(missing !== undefined)(title, () => {
    let network: Network;
    let faults: EgressFaults;
    let slave: Switch;

    const clock = async (): Promise<ClockStatus['clock']> => (await slave.clock()).clock;

    /** Resolves with the clock's status once it is like that. */
    function clockThat(
      what: string,
      is: (status: ClockStatus['clock']) => boolean,
      timeoutMs: number,
    ): Promise<ClockStatus['clock']> {
      let latest: ClockStatus['clock'] | undefined;
      return until(
        what,
        async () => {
          latest = await clock();
          return is(latest) && latest;
        },
        timeoutMs,
        () => `${JSON.stringify(latest, null, 2)}\n${slave.child.output}`,
      );
    }

    beforeAll(async () => {
      network = new Network();
      const [gm, own] = [network.namespace('gm'), network.namespace('slave')];
      network.connect({ namespace: gm, interface: 'eth0' }, { namespace: own, interface: 'eth0' });
      gm.addAddress('eth0', '192.0.2.1/24');
      own.addAddress('eth0', '192.0.2.2/24');
      faults = new EgressFaults(network, gm, 'eth0', transport);
      start(network, gm);
      const config = join(network.directory, 'slave.yaml');
      const speech = `transport: ${transport === 'L2' ? 'l2' : 'udp4'}, delayMechanism: ${delayMechanism}`;
      const intervals =
        'logAnnounceInterval: -2, logSyncInterval: -4, logMinDelayReqInterval: -4, logMinPdelayReqInterval: -4';
      writeFileSync(config, `instances: [{type: oc, slaveOnly: true, ${speech}, ${intervals}}]\n`);
      slave = new Switch(network, own, ['eth0'], { config, startTimeoutMs: START_TIMEOUT_MS });
      await slave.waitUntilForwarding();
    });
    afterEach(() => faults.clear());
    afterAll(() => network.close());

    test.each(cases)('%s, %s', async (messageType, trouble) => {
      const locked = await clockThat(
        'a lock',
        ({ lockState, ports }) => lockState === 'locked' && ports[0]?.portState === 'SLAVE',
        LOCK_TIMEOUT_MS,
      );
      expect(locked.missing).toEqual([]);

      faults[trouble](messageType);
      const lost = await clockThat(
        'the end of the lock',
        ({ lockState }) => lockState === 'holdover',
        END_TIMEOUT_MS,
      );
      expect(lost.ports[0]?.portState).toBe('UNCALIBRATED');
      // The first messages of a queue that has just been filled are hardly late yet.
      const told = await clockThat(
        `${messageType} to be missing`,
        (status) => status.missing.some(({ how: kind }) => kind === how[trouble]),
        END_TIMEOUT_MS,
      );
      expect(told.missing).toEqual([{ messageType, how: how[trouble] }]);
      expect(told.lockReason).toContain(messageType);

      faults.clear();
      const back = await clockThat(
        'the lock to come back',
        ({ lockState, missing: lacking, ports }) =>
          lockState === 'locked' && lacking.length === 0 && ports[0]?.portState === 'SLAVE',
        LOCK_TIMEOUT_MS,
      );
      expect(back.lockReason).toMatch(/^the offset is \d+ ns on average$/);
    });

    test('show clock tells it to whoever reads', async (context) => {
      showOnFailure(context, [slave]);
      await clockThat('a lock', ({ lockState }) => lockState === 'locked', LOCK_TIMEOUT_MS);
      expect(slave.operatorClock()).toMatch(/^ +missing +nothing$/m);
      faults.drop('Follow_Up');
      await clockThat('the end of the lock', ({ missing: [first] }) => !!first, END_TIMEOUT_MS);
      expect(slave.operatorClock()).toMatch(/^ +missing +Follow_Up \(absent\)$/m);
    });
  });
}
