/**
 * gm eth0 ── eth1 switch1 eth2 ── eth0 slave1: a boundary clock of ours is the grandmaster. pmc, where else the grandmaster is, asks a
 * ptp4l slave, whose own clock is the system's, what it has been told of the time, and how far off it is.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Pmc, type PmcAnswer } from '../support/netns/pmc.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite('ptp4l', 'pmc');
if (missing !== undefined) console.warn(`grandmaster: skipped, ${missing}`);

const followTimeoutMs = 60_000;
/** What a machine that is busy with other things makes of a software time stamp. */
const toleranceNs = 5e6;

function list(directory: string, leapInSeconds: number): string {
  const path = join(directory, 'leap-seconds.list');
  const ntp = (inSeconds: number) => Math.floor(Date.now() / 1000) + inSeconds + 2_208_988_800;
  const lines = [`#@ ${ntp(86_400)}`, '3692217600 37', `${ntp(leapInSeconds)} 38`];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** A grandmaster with this `time:`, and what its slave knows. */
async function bench(time: string | ((directory: string) => string)) {
  const star = new Star({ slaves: 1 });
  onTestFinished(() => star.close());
  const { network, gm } = star;
  const [place] = star.slaves;
  if (place === undefined) throw new Error('no slave');
  const settings = typeof time === 'string' ? time : time(network.directory);
  const [running] = await star.startClocks(`
management: {allowSet: true}
instances:
  - {type: bc, logAnnounceInterval: -2, logSyncInterval: -4, logMinDelayReqInterval: -4, time: ${settings}}
`);
  if (running === undefined) throw new Error('no switch');
  const slave = Ptp4l.slave(network, place.namespace);
  const own = (await running.clock()).clock.clockIdentity;
  const pmc = new Pmc(network, gm.namespace, { transport: 'L2', boundaryHops: 2 });
  const ofSlave = async (id: string): Promise<PmcAnswer['members']> => {
    const answers = await pmc.ask(`GET ${id}`, 2);
    const answer = answers.find(({ portIdentity }) => !portIdentity.startsWith(own));
    return answer?.members ?? {};
  };
  await slave.waitUntilFollowing();
  const follows = async () =>
    (await ofSlave('PARENT_DATA_SET'))['grandmasterIdentity'] === own &&
    Number((await ofSlave('TIME_STATUS_NP'))['master_offset'] ?? 0) !== 0;
  await until('the slave to follow', follows, followTimeoutMs, () => slave.child.output);
  return { running, pmc, own, ofSlave };
}

describe.skipIf(missing !== undefined)('a grandmaster of ours', () => {
  test('tells TAI by the list of leap seconds, with the right offset, and the leap second to come', async () => {
    const { running, ofSlave } = await bench(
      (directory) =>
        `{source: system, utcOffset: leapSecondsFile, leapSecondsFile: ${list(directory, 6 * 3_600)}, timeSource: gnss}`,
    );
    expect(await ofSlave('TIME_PROPERTIES_DATA_SET')).toMatchObject({
      ...{ currentUtcOffset: '37', currentUtcOffsetValid: '1', ptpTimescale: '1' },
      ...{ leap61: '1', leap59: '0', timeTraceable: '0', timeSource: '0x20' },
    });
    const { master_offset: offset } = await ofSlave('TIME_STATUS_NP');
    const { clock } = await running.clock();
    console.log(
      `the grandmaster is ${clock.aheadOfSystemClockNs} ns ahead of the system clock, the slave, ` +
        `which takes currentUtcOffset off because its time stamps are of UTC, ${offset} ns of it`,
    );
    expect(Math.abs(Number(offset))).toBeLessThan(toleranceNs);
    expect(Math.abs(clock.aheadOfSystemClockNs - 37e9)).toBeLessThan(toleranceNs);
    expect(clock.timeFrom).toBe('system');
  });

  test('of a free time claims nothing, and management cannot make it', async () => {
    const { pmc, own, ofSlave } = await bench('free');
    const nothing = {
      ...{ currentUtcOffsetValid: '0', ptpTimescale: '0', leap61: '0', leap59: '0' },
      ...{ timeTraceable: '0', frequencyTraceable: '0', timeSource: '0xa0' },
    };
    expect(await ofSlave('TIME_PROPERTIES_DATA_SET')).toMatchObject(nothing);
    const settings = [
      ...['clockClass 6', 'clockAccuracy 0x21', 'offsetScaledLogVariance 0x4e5d'],
      ...['currentUtcOffset 37', 'leap61 0', 'leap59 0', 'currentUtcOffsetValid 1'],
      ...['ptpTimescale 1', 'timeTraceable 1', 'frequencyTraceable 0', 'timeSource 0x20'],
    ].join(' ');
    const answers = await pmc.ask(`SET GRANDMASTER_SETTINGS_NP ${settings}`, 1);
    const refusal = answers.find(({ portIdentity }) => portIdentity.startsWith(own));
    expect(refusal).toMatchObject({ id: 'MANAGEMENT_ERROR_STATUS' });
    expect(await ofSlave('TIME_PROPERTIES_DATA_SET')).toMatchObject(nothing);
  });
});
