import { describe, expect, test } from 'vitest';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { timeIntervalToNs, zeroTimeInterval } from '../../../../src/core/time/time-interval.js';
import { ClockNetwork, type ClockOptions } from '../../../support/clock-network.js';

/** gm ── bc ── slave, oscillators 30 ppm up and 20 ppm down, a day apart. */
function chain(common: Partial<ClockOptions> = {}) {
  const network = new ClockNetwork();
  const gm = network.add({ ports: 1, priority1: 10, ...common });
  const bc = network.add({ ports: 2, rateOffset: 30e-6, offsetNs: 86_400e9, ...common });
  const slave = network.add({
    ...{ ports: 1, slaveOnly: true, rateOffset: -20e-6, offsetNs: -3600e9 },
    ...common,
  });
  const upper = network.connect(gm, 0, bc, 0);
  const lower = network.connect(bc, 1, slave, 0);
  return { network, gm, bc, slave, upper, lower };
}

// A minute of virtual time is a second or two of a busy machine's.
describe('boundary clock', { timeout: 60_000 }, () => {
  test('takes time from its master and hands it on', () => {
    const { network, gm, bc, slave } = chain();
    network.run(60);
    expect(gm.states()).toEqual(['MASTER']);
    expect(bc.states()).toEqual(['SLAVE', 'MASTER']);
    expect(slave.states()).toEqual(['SLAVE']);
    expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(20);
    expect(Math.abs(network.offsetNs(slave, gm))).toBeLessThan(40);
    expect(slave.clock.state()).toMatchObject({
      currentDS: { stepsRemoved: 2 },
      parentDS: {
        parentPortIdentity: { clockIdentity: clockIdentity(2n), portNumber: 2 },
        grandmasterIdentity: clockIdentity(1n),
        grandmasterPriority1: 10,
      },
      lockState: 'locked',
    });
  });

  test('peer to peer, it takes the delay of its links from Pdelay messages alone', () => {
    const { network, gm, bc, slave, upper } = chain({ delayMechanism: 'p2p' });
    network.run(60);
    expect(bc.states()).toEqual(['SLAVE', 'MASTER']);
    expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(20);
    expect(Math.abs(network.offsetNs(slave, gm))).toBeLessThan(40);
    const { ports, currentDS } = bc.clock.state();
    for (const { meanLinkDelay } of ports) {
      expect(Math.abs(timeIntervalToNs(meanLinkDelay) - 500)).toBeLessThan(1);
    }
    expect(Math.abs(timeIntervalToNs(currentDS.meanDelay) - 500)).toBeLessThan(1);
    network.setLink(upper, false);
    expect(bc.clock.state().ports[0]?.meanLinkDelay).toBe(0n);
    network.setLink(upper, true);
    network.run(30);
    expect(bc.states()).toEqual(['SLAVE', 'MASTER']);
    expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(40);
  });

  test.each([
    ['gPTP, which has twoStepFlag ignored', { sdoId: 0x100 }, true],
    ['another sdoId, by the follow-ups that come', {}, false],
  ])(
    'peer to peer, whatever twoStepFlag says, it waits for the follow-ups: %s',
    (_, dialect, everywhere) => {
      const { network, gm, bc, slave, upper, lower } = chain({ delayMechanism: 'p2p', ...dialect });
      upper.clearsTwoStepFlag = true;
      // The slave is an ordinary clock.
      lower.clearsTwoStepFlag = everywhere;
      network.run(60);
      expect(bc.states()).toEqual(['SLAVE', 'MASTER']);
      expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(20);
      expect(Math.abs(network.offsetNs(slave, gm))).toBeLessThan(40);
      for (const { meanLinkDelay } of bc.clock.state().ports) {
        expect(Math.abs(timeIntervalToNs(meanLinkDelay) - 500)).toBeLessThan(1);
      }
    },
  );

  test('the link of a port that spanning tree blocks stays measured, and serves the first Sync', () => {
    const { network, gm, bc, slave, upper } = chain({ delayMechanism: 'p2p' });
    network.setBlocked(bc, 0, true);
    network.run(20);
    expect(bc.states()).toEqual(['FAULTY', 'MASTER']);
    const [blocked] = bc.clock.state().ports;
    expect(
      Math.abs(timeIntervalToNs(blocked?.meanLinkDelay ?? zeroTimeInterval) - 500),
    ).toBeLessThan(1);
    network.setBlocked(bc, 0, false);
    expect(bc.clock.state().ports[0]?.meanLinkDelay).toBe(blocked?.meanLinkDelay);
    network.run(60);
    expect(bc.states()).toEqual(['SLAVE', 'MASTER']);
    expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(20);
    network.setLink(upper, false);
    expect(bc.clock.state().ports[0]?.meanLinkDelay).toBe(0n);
    expect(slave.states()).toEqual(['SLAVE']);
  });

  test('clocks of different mechanisms do not follow each other, and count why', () => {
    const network = new ClockNetwork();
    const gm = network.add({ ports: 1, priority1: 10 });
    const slave = network.add({ ports: 1, slaveOnly: true, delayMechanism: 'p2p' });
    network.connect(gm, 0, slave, 0);
    network.run(20);
    expect(slave.states()).toEqual(['UNCALIBRATED']);
    expect(gm.discards.get('otherDelayMechanism')).toBeGreaterThan(10);
  });

  test.each(['e2e', 'p2p'] as const)(
    '%s: delayAsymmetry shifts the clock by itself',
    (mechanism) => {
      const network = new ClockNetwork();
      const gm = network.add({ ports: 1, priority1: 10, delayMechanism: mechanism });
      const slave = network.add({
        ...{ ports: 1, slaveOnly: true, rateOffset: 30e-6 },
        ...{ delayMechanism: mechanism, delayAsymmetryNs: 100 },
      });
      network.connect(gm, 0, slave, 0);
      network.run(60);
      // The cable has none: what is taken off for it is an error that can be seen.
      expect(Math.abs(network.offsetNs(slave, gm) - 100)).toBeLessThan(20);
      expect(
        Math.abs(timeIntervalToNs(slave.clock.state().currentDS.meanDelay) - 500),
      ).toBeLessThan(5);
    },
  );

  test.each([-450e-6, 600e-6, 0.01, -0.05])(
    'an oscillator that is off by %d is followed: a clock that is arithmetic has no such bound (A9)',
    (rateOffset) => {
      const network = new ClockNetwork();
      const gm = network.add({ ports: 1, priority1: 10 });
      const slave = network.add({ ports: 1, slaveOnly: true, rateOffset });
      network.connect(gm, 0, slave, 0);
      network.run(30);
      expect(slave.clock.state()).toMatchObject({ lockState: 'locked', missing: [] });
      expect(Math.abs(network.offsetNs(slave, gm))).toBeLessThan(50);
    },
  );

  test('a better grandmaster takes over, and when it goes the other one is back', () => {
    const network = new ClockNetwork();
    const good = network.add({ ports: 1, priority1: 10 });
    const bc = network.add({ ports: 2 });
    const better = network.add({ ports: 1, priority1: 1 });
    network.connect(good, 0, bc, 0);
    network.run(20);
    expect(bc.clock.state().parentDS.grandmasterIdentity).toBe(clockIdentity(1n));
    const cable = network.connect(better, 0, bc, 1);
    network.run(20);
    expect(bc.states()).toEqual(['MASTER', 'SLAVE']);
    expect(good.states()).toEqual(['SLAVE']);
    expect(good.clock.state().parentDS.grandmasterIdentity).toBe(clockIdentity(3n));
    network.setLink(cable, false);
    network.run(20);
    expect(bc.states()).toEqual(['SLAVE', 'FAULTY']);
    expect(good.states()).toEqual(['MASTER']);
  });

  test('without a master it holds over: the rate stays, the time goes on without a step', () => {
    const { network, gm, bc, slave, upper } = chain();
    network.run(60);
    network.setLink(upper, false);
    network.run(30);
    expect(bc.states()).toEqual(['FAULTY', 'MASTER']);
    expect(bc.clock.state()).toMatchObject({
      lockState: 'holdover',
      parentDS: { grandmasterIdentity: clockIdentity(2n) },
      currentDS: { stepsRemoved: 0 },
    });
    expect(slave.clock.state().parentDS.grandmasterIdentity).toBe(clockIdentity(2n));
    expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(1000);
    network.setLink(upper, true);
    network.run(40);
    expect(bc.states()).toEqual(['SLAVE', 'MASTER']);
    expect(Math.abs(network.offsetNs(slave, gm))).toBeLessThan(40);
  });

  test('a master whose Syncs stay away is held over, and taken up again without a step', () => {
    const { network, gm, bc, upper } = chain();
    network.run(60);
    upper.lost = ['Sync'];
    network.run(3.5);
    expect(bc.states()).toEqual(['UNCALIBRATED', 'MASTER']);
    expect(bc.clock.state()).toMatchObject({
      lockState: 'holdover',
      currentDS: { stepsRemoved: 1 },
    });
    network.run(20);
    upper.lost = [];
    network.run(20);
    expect(bc.states()).toEqual(['SLAVE', 'MASTER']);
    expect(bc.clock.state().lockState).toBe('locked');
    expect(Math.abs(network.offsetNs(bc, gm))).toBeLessThan(20);
  });

  test('another grandmaster is announced at once', () => {
    const { network, slave, upper } = chain();
    network.run(20.4);
    expect(slave.clock.state().parentDS.grandmasterIdentity).toBe(clockIdentity(1n));
    network.setLink(upper, false);
    network.run(0.001);
    expect(slave.clock.state().parentDS.grandmasterIdentity).toBe(clockIdentity(2n));
  });

  test('a silent master is given up after announceReceiptTimeout', () => {
    const { network, bc, upper } = chain();
    network.run(20.5); // the latest Announce was half a second ago
    upper.up = false; // the light stays on, but nothing comes through
    network.run(2.4);
    expect(bc.states()[0]).toBe('SLAVE');
    expect(bc.clock.state().parentDS.grandmasterIdentity).toBe(clockIdentity(1n));
    // Up to an interval more, at random.
    network.run(1.2);
    expect(bc.states()).toEqual(['MASTER', 'MASTER']);
  });

  test('two ways to the grandmaster: one port is passive', () => {
    const { network, gm, bc } = chain();
    const second = network.add({ ports: 3 });
    const third = network.add({ ports: 2 });
    network.connect(gm, 0, second, 0);
    network.connect(second, 1, third, 0);
    network.connect(second, 2, third, 1);
    network.run(30);
    expect(bc.states()[0]).toBe('SLAVE');
    expect(third.states()).toEqual(['SLAVE', 'PASSIVE']);
    expect(second.states()).toEqual(['SLAVE', 'MASTER', 'MASTER']);
  });

  test('a primary reference follows nobody: its port is passive (P1)', () => {
    const network = new ClockNetwork();
    const better = network.add({ ports: 1, clockClass: 6, priority1: 1 });
    const reference = network.add({ ports: 1, clockClass: 6 });
    network.connect(better, 0, reference, 0);
    network.run(20);
    expect(reference.states()).toEqual(['PASSIVE']);
    expect(reference.clock.state().currentDS.stepsRemoved).toBe(0);
  });

  test('a masterOnly port hears no better clock (8.2.15.5.2)', () => {
    const network = new ClockNetwork();
    const better = network.add({ ports: 1, priority1: 1 });
    const stubborn = network.add({ ports: 1, masterOnly: true });
    network.connect(better, 0, stubborn, 0);
    network.run(20);
    expect(stubborn.states()).toEqual(['MASTER']);
  });

  test('a slave-only clock without a master listens', () => {
    const network = new ClockNetwork();
    const a = network.add({ ports: 1, slaveOnly: true });
    const b = network.add({ ports: 1, slaveOnly: true });
    network.connect(a, 0, b, 0);
    network.run(30);
    expect([...a.states(), ...b.states()]).toEqual(['LISTENING', 'LISTENING']);
  });

  test('with pathTrace, an Announce that has been here before is told apart (16.2.3)', () => {
    const network = new ClockNetwork();
    const gm = network.add({ ports: 1, priority1: 1, pathTrace: true });
    const a = network.add({ ports: 2, pathTrace: true });
    const b = network.add({ ports: 2, pathTrace: true });
    const c = network.add({ ports: 2, pathTrace: true });
    network.connect(gm, 0, a, 0);
    network.connect(a, 1, b, 0);
    network.connect(b, 1, c, 0);
    network.connect(c, 1, a, 1);
    network.run(30);
    expect(c.clock.state().currentDS.stepsRemoved).toBe(2);
    expect([...b.states(), ...c.states()].filter((state) => state === 'PASSIVE')).toHaveLength(1);
  });
});
