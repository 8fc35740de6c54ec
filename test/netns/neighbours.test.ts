/** What a boundary clock bears of its neighbours, and what its messages are like on the wire, with ptp4l on both sides. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { FramePort } from '../support/netns/frame-port.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite('ptp4l');
if (missing !== undefined) console.warn(`neighbours: skipped, ${missing}`);

const timeoutMs = 30_000;
const frequent = 'logAnnounceInterval: -2, logSyncInterval: -4, logMinDelayReqInterval: -4';

/** Untagged Ethernet, then IPv4 without options, then UDP. */
const field = { tos: 15, timeToLive: 22, destinationPort: 36, versions: 43 } as const;
const eventPort = 319;
const generalPort = 320;

const destinationPort = (frame: Uint8Array) =>
  frame[12] === 0x08 && frame[13] === 0 && frame.length > field.versions
    ? (frame[field.destinationPort]! << 8) | frame[field.destinationPort + 1]!
    : undefined;

describe.skipIf(missing !== undefined)('a boundary clock', () => {
  test('is a master at a masterOnly port whoever announces himself there; its messages are as configured', async () => {
    const star = new Star({ slaves: 1 });
    onTestFinished(() => star.close());
    const [slavePlace] = star.slaves;
    if (slavePlace === undefined) throw new Error('no slave');
    const [running] = await star.startClocks(
      `instances:\n  - {type: bc, transport: udp4, ${frequent}, minorVersionPTP: 0, encapsulation: {generalDscp: 34, multicastTimeToLive: 3}, ports: [{interface: eth1, masterOnly: true}, eth2]}\n`,
    );
    if (running === undefined) throw new Error('no switch');
    const wire = await FramePort.open(
      slavePlace.namespace,
      slavePlace.interface,
      (frame) => destinationPort(frame) !== undefined,
    );
    onTestFinished(() => wire.close());
    Ptp4l.grandmaster(star.network, star.gm.namespace, { transport: 'UDPv4' });
    const slave = Ptp4l.slave(star.network, slavePlace.namespace, { transport: 'UDPv4' });

    await slave.waitUntilFollowing();
    const heard = async () =>
      (await running.clock()).foreignMasters.some(({ standing }) => standing === 'masterOnlyPort');
    await until('the grandmaster to be heard', heard, timeoutMs, () => running.operatorClock());
    const { clock, parent } = await running.clock();
    expect(clock.ports.map(({ portState }) => portState)).toEqual(['MASTER', 'MASTER']);
    expect(parent.grandmasterIdentity).toBe(clock.clockIdentity);

    const sent = wire.received.filter((frame) => frame[field.timeToLive] === 3);
    const toPort = (port: number) => sent.filter((frame) => destinationPort(frame) === port);
    for (const [port, dscp] of [
      [eventPort, 46],
      [generalPort, 34],
    ] as const) {
      expect(toPort(port).length).toBeGreaterThan(0);
      expect(new Set(toPort(port).map((frame) => frame[field.tos]! >> 2))).toEqual(new Set([dscp]));
    }
    // Version 2.0: the minor version is in the upper half of the octet.
    expect(new Set(sent.map((frame) => frame[field.versions]))).toEqual(new Set([0x02]));
  });
});
