/**
 * Several instances of one domain on the same ports, told apart by transport, sdoId and VLAN, between ptp4l and frames that are made here; and
 * what no instance takes, as an operator reads of it.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultProfile } from '../../src/core/profile/default.js';
import { encode } from '../../src/core/wire/message.js';
import { clockIdentity } from '../../src/core/time/identity.js';
import { encapsulate } from '../../src/daemon/runtime/encapsulation.js';
import { announceFrom } from '../support/announces.js';
import { FramePort } from '../support/netns/frame-port.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite('ptp4l');
if (missing !== undefined) console.warn(`instances: skipped, ${missing}`);

const timeoutMs = 30_000;
const frequent = 'logAnnounceInterval: -2, logSyncInterval: -4, logMinDelayReqInterval: -4';

/** "020000.fffe.000001", as the status and ptp4l have it. */
function identityOf(mac: string): string {
  const digits = mac.replaceAll(':', '');
  return `${digits.slice(0, 6)}.fffe.${digits.slice(6)}`;
}

describe.skipIf(missing !== undefined)('instances of domain 0 on the same ports', () => {
  test('a boundary clock has Ethernet; UDP passes from a grandmaster to its slave, and gPTP from neighbour to neighbour', async () => {
    const star = new Star({ slaves: 2 });
    onTestFinished(() => star.close());
    const { network, gm } = star;
    const [first, second] = star.slaves;
    if (first === undefined || second === undefined) throw new Error('no slaves');
    const [running] = await star.startClocks(
      `instances:\n  - {type: bc, ${frequent}}\n  - {type: p2p-tc, sdoId: 0x100}\n  - {type: e2e-tc}\n`,
    );
    if (running === undefined) throw new Error('no switch');

    Ptp4l.grandmaster(network, gm.namespace, { transport: 'L2' });
    const slave = Ptp4l.slave(network, first.namespace, { transport: 'L2' });
    Ptp4l.grandmaster(network, second.namespace, { transport: 'UDPv4' });
    const slaveOverUdp = Ptp4l.slave(network, gm.namespace, { transport: 'UDPv4' });
    const gptp = {
      transport: 'L2',
      settings: { transportSpecific: 1, delay_mechanism: 'P2P', ptp_dst_mac: '01:80:C2:00:00:0E' },
    } as const;
    Ptp4l.grandmaster(network, gm.namespace, gptp);
    const gptpSlave = Ptp4l.slave(network, first.namespace, gptp);

    for (const clock of [slave, slaveOverUdp, gptpSlave]) await clock.waitUntilFollowing();
    const selected = (clock: Ptp4l) =>
      /selected best master clock (\S+)/.exec(clock.child.output)?.[1];
    const [ofEthernet, ofUdp] = [gm, second].map((peer) =>
      identityOf(peer.namespace.mac(peer.interface)),
    );
    expect(selected(slaveOverUdp)).toBe(ofUdp);
    expect(selected(gptpSlave)).toBe(ofEthernet);
    await until(
      'the boundary clock to follow the grandmaster of Ethernet',
      async () => (await running.clock()).parent.grandmasterIdentity === ofEthernet,
      timeoutMs,
      () => running.child.output,
    );
    expect((await running.clock()).clock.instance).toBe('bc of domain 0');
    expect((await running.clock()).clock.notTaken).toEqual([]);
  });

  test('two boundary clocks in two VLANs; what is of neither is told with its reason', async () => {
    const star = new Star({ slaves: 1 });
    onTestFinished(() => star.close());
    const [running] = await star.startClocks(
      `instances:\n  - {type: bc, vlanId: 10, ${frequent}}\n  - {type: bc, vlanId: 20, ${frequent}}\n`,
    );
    if (running === undefined) throw new Error('no switch');
    const { gm } = star;
    const port = await FramePort.open(gm.namespace, gm.interface, () => false);
    onTestFinished(() => port.close());
    const local = { transport: 'l2', mac: gm.namespace.mac(gm.interface) } as const;
    const sender = { clockIdentity: clockIdentity(0xaa_fffe_0000n), portNumber: 1 };
    let sequenceId = 0;
    const announcing = setInterval(() => {
      sequenceId += 1;
      for (const [domainNumber, vlanId] of [
        [0, 10],
        [0, 30],
        [24, undefined],
      ] as const) {
        const message = announceFrom(
          sender,
          { grandmasterPriority1: 1 },
          {
            ...{ sequenceId, domainNumber, logMessageInterval: -2 },
          },
        );
        const { encapsulation } = defaultProfile;
        port.send(
          encapsulate(encode(message), { kind: 'multicast' }, local, encapsulation, vlanId),
        );
      }
    }, 250);
    onTestFinished(() => clearInterval(announcing));

    const clockOf = async (vlan: number) => {
      const clocks = await running.clocks();
      const name = `bc of domain 0, VLAN ${vlan}`;
      const found = clocks.find(({ clock }) => clock.instance === name);
      if (found === undefined) throw new Error(`no ${name}`);
      return found;
    };
    await until(
      'the clock of VLAN 10 to follow',
      async () => (await clockOf(10)).parent.grandmasterPriority1 === 1,
      timeoutMs,
      () => running.child.output,
    );
    const other = await clockOf(20);
    expect(other.foreignMasters).toEqual([]);
    expect(
      other.clock.notTaken.map(({ reason, announce }) => [reason, announce]).toSorted(),
    ).toEqual([
      ['otherDomain', true],
      ['otherVlan', true],
    ]);
    const ofDomain24 =
      'eth1: PTP of domain 24 over l2 is not taken: no instance is of domain 24; give one domain: 24, or let it pass by type: e2e-tc';
    expect(other.clock.lockReason).toContain(ofDomain24);
    expect(running.operatorClock()).toContain(ofDomain24);
    const ofVlan30 =
      'eth1: PTP of domain 0 over l2 in VLAN 30 is not taken: bc of domain 0, VLAN 10 and bc of domain 0, VLAN 20 take VLAN 10 and VLAN 20 there';
    for (const line of [ofDomain24, ofVlan30]) {
      await until(
        line,
        () => running.child.output.includes(line),
        timeoutMs,
        () => running.child.output,
      );
      expect(running.child.output.split(line)).toHaveLength(2);
    }
  });

  test('a peer-to-peer clock of domain 24 measures with a neighbour of domain 0 alone', async () => {
    const star = new Star({ slaves: 1 });
    onTestFinished(() => star.close());
    const { network, gm } = star;
    const [running] = await star.startClocks(
      `instances:\n  - {type: bc, domain: 24, delayMechanism: p2p, ${frequent}}\n`,
    );
    if (running === undefined) throw new Error('no switch');
    const neighbour = { transport: 'L2', settings: { delay_mechanism: 'P2P' } } as const;
    Ptp4l.grandmaster(network, gm.namespace, neighbour);
    const port = async () => {
      const ports = await running.ports();
      return ports.find(({ interface: name }) => name === 'eth1');
    };
    await until(
      'the link to be measured',
      async () => (await port())?.peerDelay?.links[0]?.state === 'measured',
      timeoutMs,
      () => running.child.output,
    );
    await until(
      'the Announces of domain 0 to be told of as not taken',
      async () => {
        const { notTaken } = (await running.clock(24)).clock;
        return notTaken.some((it) => it.announce && it.reason === 'otherDomain');
      },
      timeoutMs,
      () => running.child.output,
    );
  });
});
