/** What is looked at once a second, of instances on a fake data plane under virtual time. */
import { expect, it } from 'vitest';
import type { ClockConfig, InstanceConfig } from '../../../../src/config/config.js';
import { loadConfig } from '../../../../src/config/load.js';
import { Observing } from '../../../../src/daemon/observing/observing.js';
import { Snapshots } from '../../../../src/daemon/observing/snapshots.js';
import { counterOf, type Snapshot } from '../../../../src/observe/snapshot.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';
import { fileWith } from '../../config/config-files.js';
import { answer, frameRecord, requests, second, setup } from '../instances/running-instances.js';

function observed(instances?: readonly InstanceConfig[]) {
  const running = setup(instances);
  const { dataPlane, time, clock, config } = running;
  const snapshots = new Snapshots({
    ...{ dataPlane, instances: clock, timerClock: time, config: () => config },
    isolationOf: (port) => (port === 1 ? { loopWith: 'eth1' } : null),
    bridgePort: () => ({ bridgeState: 'forwarding' }),
  });
  return { ...running, snapshots };
}

function boundaryClock(ports = '[eth1, eth2]'): ClockConfig {
  const text = `ports: [eth1, eth2]\ninstances: [{type: bc, domain: 24, ports: ${ports}}]`;
  const [instance] = loadConfig(fileWith(text)).instances;
  if (instance?.type !== 'bc') throw new Error('no boundary clock');
  return instance;
}

it('has the ports, and a copy of what is counted of each', () => {
  const { dataPlane, snapshots } = observed();
  dataPlane.setCounter(1, 'rx.Sync', 5);
  dataPlane.infos = dataPlane.infos.map((info, port) => ({ ...info, link: port === 0 }));
  const snapshot = snapshots.take();
  dataPlane.setCounter(1, 'rx.Sync', 6);
  expect(counterOf(snapshot.counters, 1, 'rx.Sync')).toBe(5);
  expect(counterOf(snapshot.counters, 0, 'rx.Sync')).toBe(0);
  expect(counterOf(snapshot.counters, 0, 'no.such')).toBe(0);
  expect(snapshot.ports).toMatchObject([
    { interface: 'eth1', link: 'up', timestamping: 'software', isolatedWith: null },
    { interface: 'eth2', link: 'down', bridgeState: 'forwarding', isolatedWith: 'eth1' },
  ]);
});

it('has the delay of each link, by transport', () => {
  const { dataPlane, time, snapshots } = observed();
  const request = requests(dataPlane).find(
    ({ port, transport }) => port === 1 && transport === 'l2',
  );
  if (request === undefined) throw new Error('no request');
  answer(dataPlane, request);
  time.advance(0.01 * second);
  expect(snapshots.take().ports[1]?.linkDelays).toMatchObject([
    { transport: 'l2', state: 'measured' },
    { transport: 'udp4', state: 'measuring', meanLinkDelayNs: null },
    { transport: 'udp6', state: 'measuring' },
  ]);
});

it('has a boundary clock: whom it follows, why its ports are what they are, whom it hears', () => {
  const { dataPlane, time, snapshots } = observed([boundaryClock()]);
  expect(snapshots.take().clocks[0]?.ports[0]).toMatchObject({
    portState: 'LISTENING',
    decision: null,
  });
  const master = portIdentityOf(0x001b19fffe000001n);
  for (let sequenceId = 0; sequenceId < 4; sequenceId++) {
    for (const port of [0, 1]) {
      const announce = announceFrom(
        master,
        { grandmasterPriority1: 1 },
        { sequenceId, domainNumber: 24 },
      );
      dataPlane.report(frameRecord(port, 'l2', announce, 0n));
    }
    time.advance(second);
  }
  const [clock] = snapshots.take().clocks;
  expect(clock).toMatchObject({
    ...{ domain: 24, sdoId: 0, vlan: null, lockState: 'unlocked' },
    parent: {
      ...{ grandmasterIdentity: '001b19.fffe.000001', portIdentity: '001b19.fffe.000001-1' },
      ...{ interface: 'eth1', stepsRemoved: 0, priority1: 1, clockClass: 248 },
    },
    ports: [
      { interface: 'eth1', portState: 'UNCALIBRATED', decision: { code: 'S1' } },
      {
        ...{ interface: 'eth2', portState: 'PASSIVE' },
        decision: { code: 'P2', winner: { interface: 'eth1', sender: '001b19.fffe.000001-1' } },
      },
    ],
    foreignMasters: [
      { interface: 'eth1', standing: 'followed', best: true },
      { interface: 'eth2', standing: 'bestOfPort' },
    ],
  });
});

it('has the time of the grandmaster, and the transparent clocks', () => {
  const peerToPeer = { type: 'p2p-tc', domain: 'any', logMinPdelayReqInterval: 0 } as const;
  const { snapshots } = observed([boundaryClock(), peerToPeer]);
  const { clocks, transparentClocks, domains } = snapshots.take();
  expect(clocks[0]).toMatchObject({
    ...{ type: 'bc', slaveOnly: false, offsets: null },
    time: { utcOffset: null, leapSecond: 'none', timeTraceable: false, timeSource: 0xa0 },
  });
  expect(transparentClocks).toEqual([
    { name: 'p2p-tc of any domain', type: 'p2p-tc', domain: 'any' },
  ]);
  expect(domains).toEqual([]);
});

it('has the VLAN of a clock whose ports are all in it', () => {
  const vlanOf = (ports: string) =>
    observed([boundaryClock(ports)]).snapshots.take().clocks[0]?.vlan;
  expect(vlanOf('[{interface: eth1, vlanId: 7}, {interface: eth2, vlanId: 7}]')).toBe(7);
  expect(vlanOf('[{interface: eth1, vlanId: 7}, eth2]')).toBeNull();
});

it('is taken once a second, from the start to the end', () => {
  const { snapshots, time } = observed();
  const taken: Snapshot[] = [];
  const observing = new Observing({
    warn: (line) => {
      throw new Error(line);
    },
    snapshots,
    timerClock: time,
    takers: [(snapshot) => taken.push(snapshot)],
  });
  observing.start();
  time.advance(2.5 * second);
  expect(taken.map(({ monotonicNs }) => monotonicNs)).toEqual([0, 1e9, 2e9]);
  observing.stop();
  time.advance(second);
  expect(taken).toHaveLength(3);
});
