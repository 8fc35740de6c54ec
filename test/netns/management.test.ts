/**
 * gm eth0 ── eth1 switch1 eth2 ── eth0 slave1: linuxptp's pmc at slave1 asks all clocks it can reach. The switch answers
 * for itself, as boundary clock and as transparent clock, with what its control socket says; the ptp4l behind it answers
 * through it.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import { Pmc, type PmcAnswer, type PmcOptions } from '../support/netns/pmc.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import type { Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite('ptp4l', 'pmc');
if (missing !== undefined) console.warn(`management: skipped, ${missing}`);

const followTimeoutMs = 60_000;

type Transport = PmcOptions['transport'];
const transports: Transport[] = ['L2', 'UDPv4'];

/** A ptp4l grandmaster on one side of the switch, pmc on the other. */
async function bench(transport: Transport, instances: string) {
  const star = new Star({ slaves: 1 });
  onTestFinished(() => star.close());
  const { network, gm } = star;
  const [running] = await star.startClocks(instances);
  const [place] = star.slaves;
  if (running === undefined || place === undefined) throw new Error('no switch or no slave');
  const grandmaster = Ptp4l.grandmaster(network, gm.namespace, { transport });
  await grandmaster.waitUntilMaster();
  const pmc = (boundaryHops: number) =>
    new Pmc(network, place.namespace, { transport, boundaryHops });
  return { running, pmc, gmIdentity: identityOf(gm.namespace.mac('eth0')) };
}

function identityOf(mac: string): string {
  const digits = mac.replaceAll(':', '');
  return `${digits.slice(0, 6)}.fffe.${digits.slice(6)}`;
}

function boundaryClock(transport: Transport, more = ''): string {
  return `
instances:
  - type: bc
    transport: ${transport === 'L2' ? 'l2' : 'udp4'}
    priority1: 77
    priority2: 78
    logAnnounceInterval: -2
    logSyncInterval: -4
    logMinDelayReqInterval: -4
${more}`;
}

async function waitUntilSlave(running: Switch): Promise<void> {
  const slave = async () => (await running.clock()).clock.ports[0]?.portState === 'SLAVE';
  await until('the boundary clock to follow', slave, followTimeoutMs, () => running.child.output);
}

/** The answers of one clock, in the order of its ports. */
function from(answers: readonly PmcAnswer[], clockIdentity: string): PmcAnswer[] {
  return answers
    .filter(({ portIdentity }) => portIdentity.startsWith(`${clockIdentity}-`))
    .sort((a, b) => a.portIdentity.localeCompare(b.portIdentity));
}

/** Asks for counters, and holds them against the control socket's before and after. */
async function expectPortStats(running: Switch, pmc: Pmc, ownIdentity: string): Promise<void> {
  const before = await running.port('eth1');
  const answers = from(await pmc.ask('GET PORT_STATS_NP', 3), ownIdentity);
  const after = await running.port('eth1');
  const members: PmcAnswer['members'] = answers[0]?.members ?? {};
  for (const [group, prefix] of [
    ['rx', 'rx_'],
    ['tx', 'tx_'],
  ] as const) {
    for (const type of ['Sync', 'Follow_Up', 'Announce', 'Delay_Req', 'Management']) {
      const told = Number(members[`${prefix}${type}`]);
      expect(told, `${prefix}${type}`).toBeGreaterThanOrEqual(
        before.counters[group]?.[type] ?? NaN,
      );
      expect(told, `${prefix}${type}`).toBeLessThanOrEqual(after.counters[group]?.[type] ?? NaN);
    }
  }
  expect(Number(members.rx_Announce)).toBeGreaterThan(0);
}

describe.skipIf(missing !== undefined)('pmc', () => {
  test.each(transports)(
    '%s: a boundary clock answers, and the clock behind it',
    async (transport) => {
      const {
        running,
        pmc: pmcWith,
        gmIdentity,
      } = await bench(transport, boundaryClock(transport));
      await waitUntilSlave(running);
      const { clock, parent, time } = await running.clock();
      const own = clock.clockIdentity;
      const pmc = pmcWith(1);

      const defaults = await pmc.ask('GET DEFAULT_DATA_SET', 2);
      expect(from(defaults, own)).toMatchObject([
        {
          action: 'RESPONSE',
          id: 'DEFAULT_DATA_SET',
          members: {
            twoStepFlag: '1',
            slaveOnly: '0',
            numberPorts: '2',
            priority1: '77',
            priority2: '78',
            clockClass: String(clock.clockQuality.clockClass),
            clockIdentity: own,
            domainNumber: '0',
          },
        },
      ]);
      expect(from(defaults, gmIdentity)).toMatchObject([{ members: { priority1: '10' } }]);

      const [parentDS] = from(await pmc.ask('GET PARENT_DATA_SET', 2), own);
      expect(parentDS?.members).toMatchObject({
        parentPortIdentity: parent.parentPortIdentity,
        grandmasterIdentity: gmIdentity,
        grandmasterPriority1: '10',
      });
      const [current] = from(await pmc.ask('GET CURRENT_DATA_SET', 2), own);
      expect(current?.members.stepsRemoved).toBe('1');
      const [timeProperties] = from(await pmc.ask('GET TIME_PROPERTIES_DATA_SET', 2), own);
      expect(timeProperties?.members).toMatchObject({
        currentUtcOffset: String(time.currentUtcOffset),
        ptpTimescale: time.ptpTimescale ? '1' : '0',
      });

      const ports = from(await pmc.ask('GET PORT_DATA_SET', 3), own);
      expect(ports.map(({ members }) => members)).toMatchObject(
        clock.ports.map(({ portIdentity, portState }) => ({
          ...{ portIdentity, portState },
          ...{ logAnnounceInterval: '-2', logSyncInterval: '-4', versionNumber: '2' },
          delayMechanism: '1',
        })),
      );
      const [status] = from(await pmc.ask('GET TIME_STATUS_NP', 2), own);
      expect(status?.members).toMatchObject({ gmPresent: 'true', gmIdentity });
      expect(Math.abs(Number(status?.members.master_offset))).toBeLessThan(1e6);
      const properties = from(await pmc.ask('GET PORT_PROPERTIES_NP', 3), own);
      expect(properties.map(({ members }) => members)).toMatchObject([
        { portState: 'SLAVE', timestamping: 'SOFTWARE', interface: 'eth1' },
        { portState: 'MASTER', timestamping: 'SOFTWARE', interface: 'eth2' },
      ]);
      const descriptions = from(await pmc.ask('GET CLOCK_DESCRIPTION', 3), own);
      expect(descriptions[1]?.members).toMatchObject({
        clockType: '0x4000',
        physicalLayerProtocol: 'IEEE 802.3',
      });
      const address = descriptions[1]?.members.protocolAddress;
      expect(address).toMatch(transport === 'L2' ? /^3 / : /^1 192\.0\.2\.102$/);
      for (const id of [
        'PORT_DATA_SET_NP',
        'LOG_SYNC_INTERVAL',
        'DELAY_MECHANISM',
        'VERSION_NUMBER',
      ]) {
        expect(from(await pmc.ask(`GET ${id}`, 3), own), id).toMatchObject([{ id }, { id }]);
      }
      for (const id of ['GRANDMASTER_SETTINGS_NP', 'PRIORITY2', 'DOMAIN', 'TIMESCALE_PROPERTIES']) {
        expect(from(await pmc.ask(`GET ${id}`, 2), own), id).toMatchObject([{ id }]);
      }
      await expectPortStats(running, pmc, own);

      // Without a hop to spare nobody behind a boundary clock hears of it; the second answer comes after what the first
      // request would have brought.
      const near = pmcWith(0);
      await near.ask('GET PRIORITY1', 1);
      expect((await near.ask('GET PRIORITY2', 1)).map(({ portIdentity }) => portIdentity)).toEqual([
        `${own}-2`,
      ]);

      // Nobody has allowed it.
      const refused = from(await pmc.ask('SET PRIORITY1 5', 2), own);
      expect(refused).toMatchObject([{ id: 'MANAGEMENT_ERROR_STATUS' }]);
      expect((await running.clock()).clock.priority1).toBe(77);
    },
  );

  test('SET is carried out where the configuration allows it', async () => {
    const settings = boundaryClock('L2', 'management: {allowSet: true}');
    const { running, pmc: pmcWith } = await bench('L2', settings);
    const own = (await running.clock()).clock.clockIdentity;
    const answers = from(await pmcWith(0).ask('SET PRIORITY1 5', 1), own);
    expect(answers).toMatchObject([{ id: 'PRIORITY1', members: { priority1: '5' } }]);
    expect((await running.clock()).clock.priority1).toBe(5);
  });

  test.each(transports)(
    '%s: a transparent clock answers, and lets the other one',
    async (transport) => {
      const {
        running,
        pmc: pmcWith,
        gmIdentity,
      } = await bench(transport, 'instances: [{type: e2e-tc}]');
      const [port] = await running.ports();
      const own = identityOf(port?.mac ?? '');
      // It is no boundary clock: no hop is taken by it.
      const pmc = pmcWith(0);

      const defaults = await pmc.ask('GET DEFAULT_DATA_SET', 2);
      expect(from(defaults, own)).toMatchObject([
        { members: { numberPorts: '2', clockIdentity: own, slaveOnly: '0', domainNumber: '0' } },
      ]);
      expect(from(defaults, gmIdentity)).toMatchObject([{ members: { priority1: '10' } }]);
      const ports = from(await pmc.ask('GET PORT_DATA_SET', 3), own);
      expect(ports.map(({ members }) => members)).toMatchObject([
        { portIdentity: `${own}-1`, portState: 'PASSIVE', delayMechanism: '1' },
        { portIdentity: `${own}-2`, portState: 'PASSIVE', delayMechanism: '1' },
      ]);
      const properties = from(await pmc.ask('GET PORT_PROPERTIES_NP', 3), own);
      expect(properties.map(({ members }) => members.interface)).toEqual(['eth1', 'eth2']);
      const descriptions = from(await pmc.ask('GET CLOCK_DESCRIPTION', 3), own);
      expect(descriptions[0]?.members).toMatchObject({ clockType: '0x1000' });
      await expectPortStats(running, pmc, own);
      // It follows nobody.
      const [current] = from(await pmc.ask('GET CURRENT_DATA_SET', 2), own);
      expect(current?.id).toBe('MANAGEMENT_ERROR_STATUS');

      const { counters } = await running.port('eth2');
      expect(counters.path).toMatchObject({ forwarded: expect.any(Number) as number });
      expect(counters.path?.copied).toBe(counters.rx?.Management);
      expect(counters.drop?.recordsFull).toBe(0);
    },
  );
});
