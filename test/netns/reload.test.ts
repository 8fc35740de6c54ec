/** A changed configuration is applied under a running switch: what does not change in it, ordinary traffic included, loses nothing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BridgedNetwork } from '../support/netns/bridged-network.js';
import { FramePort } from '../support/netns/frame-port.js';
import { arrivals, isPtp, PairStream } from '../support/netns/pair-stream.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { Star } from '../support/netns/star.js';
import { COMMAND_LINE, Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite('busybox', 'ptp4l');
if (missing !== undefined) console.warn(`reload: skipped, ${missing}`);

const timeoutMs = 10_000;

/** What becomes of the boundary clock, one reload after the other. */
const clocks = [
  ...['{type: bc, domain: 24, priority1: 10}', '{type: bc, domain: 24, priority1: 11}'],
  ...['{type: bc, domain: 24, logSyncInterval: -3}', '{type: bc, domain: 25}'],
  ...['{type: bc, domain: 25, logAnnounceInterval: 0}', ''],
  ...['{type: bc, domain: 26}', '{type: oc, domain: 26, ports: [eth1]}'],
  ...['{type: bc, domain: 26, sdoId: 0x200}', '{type: bc, domain: 24}'],
];

test.skipIf(missing !== undefined)(
  'ten reloads: no ping and no Sync of another instance is lost, and each changes what it says',
  async () => {
    const net = new BridgedNetwork(2);
    onTestFinished(() => net.close());
    const [from, to] = net.hosts;
    if (from === undefined || to === undefined) throw new Error('two hosts');
    const config = join(net.network.directory, 'switch.yaml');
    const write = (clock: string) => {
      const instances = ['{type: e2e-tc, domain: 0}', clock].filter((each) => each !== '');
      writeFileSync(
        config,
        `{ports: [eth1, eth2], instances: [${instances.join(', ')}], timestamping: software, bridge: {name: br-ptp, stp: false}}`,
      );
    };
    write('');
    const running = new Switch(net.network, net.place, [], { config });
    await running.waitUntilForwarding();
    const reload = (...options: string[]) =>
      net.place.run(process.execPath, [
        ...[COMMAND_LINE, 'reload', '--socket', running.socket, ...options],
      ]);
    const domains = async () => (await running.clocks()).map(({ clock }) => clock.domainNumber);

    const sender = await FramePort.open(from.namespace, from.interface, () => false);
    onTestFinished(() => sender.close());
    const receiver = await FramePort.open(to.namespace, to.interface, isPtp);
    onTestFinished(() => receiver.close());
    const stream = new PairStream(sender, 50);
    onTestFinished(() => stream.stop());
    const pings = from.namespace.spawn('busybox', ['ping', '-i', '1', '-w', '60', to.address4]);
    await pings.waitForLine(/seq=0/, timeoutMs);

    for (const clock of clocks) {
      write(clock);
      reload('--dry-run');
      reload();
      const domain = /domain: (\d+)/.exec(clock)?.[1];
      expect(await domains()).toEqual(domain === undefined ? [] : [Number(domain)]);
      await stream.more(10);
    }
    write('{type: bc, domain: 300}');
    expect(() => reload()).toThrow(/domain/);
    expect(await domains()).toEqual([24]);

    await stream.more(50);
    stream.stop();
    const own = () => {
      const { sync, followUp } = arrivals(receiver);
      return { sync: new Set(sync), followUp: new Set(followUp) };
    };
    const lost = () =>
      stream.sequenceIds.filter((id) => !own().sync.has(id) || !own().followUp.has(id));
    await until(
      'all Syncs',
      () => lost().length === 0,
      timeoutMs,
      () => `lost: ${lost().join(' ')}`,
    );
    expect(
      pings.lines
        .filter((line) => line.includes('seq='))
        .map((line) => /seq=(\d+)/.exec(line)?.[1]),
    ).toEqual(pings.lines.filter((line) => line.includes('seq=')).map((_, index) => String(index)));
    expect(
      (await running.stats()).ports.map(
        ({ counters }) => counters['drop']?.['correctionUnknown'] ?? 0,
      ),
    ).toEqual([0, 0]);
  },
);

/** Two a second; a slave waits for three of them. */
const announceReceiptTimeoutMs = 1500;
const often = 'logAnnounceInterval: -1, logSyncInterval: -4, logMinDelayReqInterval: -4';
const announce = 0xb;

test.skipIf(missing !== undefined)(
  'a clock that is attached anew is back before its slave looks for another master, with a grandmaster and without',
  async () => {
    const star = new Star({ slaves: 1 });
    onTestFinished(() => star.close());
    const { slaves, switchPlaces } = star;
    const [[slavePlace], [place]] = [slaves, switchPlaces];
    if (slavePlace === undefined || place === undefined) throw new Error('no slave');
    const [running] = await star.startClocks(`instances:\n  - {type: bc, ${often}}\n`);
    if (running === undefined) throw new Error('no switch');
    const mine = slavePlace.namespace.mac(slavePlace.interface);
    const announcedAt: number[] = [];
    const wire = await FramePort.open(slavePlace.namespace, slavePlace.interface, (frame) => {
      const isOther = !Buffer.from(frame.subarray(6, 12)).equals(
        Buffer.from(mine.replaceAll(':', ''), 'hex'),
      );
      if (isPtp(frame) && isOther && (frame[14]! & 0xf) === announce) {
        announcedAt.push(performance.now());
      }
      return false;
    });
    onTestFinished(() => wire.close());
    const settings = { logAnnounceInterval: -1 };
    const slave = Ptp4l.slave(star.network, slavePlace.namespace, { settings });
    await slave.waitUntilFollowing();
    const changes = () => slave.child.lines.filter((line) => / to \w+ on /.test(line)).length;

    const reloadsAnew = async (servo: string) => {
      const before = changes();
      const [told, config] = [
        running.child.lines.length,
        join(star.network.directory, 'clocks.yaml'),
      ];
      const states = async () =>
        (await running.clock()).clock.ports.map(({ portState }) => portState);
      const grandmaster = async () => (await running.clock()).parent.grandmasterIdentity;
      const [was, followed] = [await states(), await grandmaster()];
      writeFileSync(
        config,
        `timestamping: software\ninstances:\n  - {type: bc, ${often}, servo: {kind: ${servo}}}\n`,
      );
      const [latest, count] = [announcedAt.at(-1) ?? 0, announcedAt.length];
      // Not to its end, during which nothing here would be told when a frame comes.
      const reload = place.namespace.spawn(process.execPath, [
        ...[COMMAND_LINE, 'reload', '--socket', running.socket],
      ]);
      expect(await reload.exited, reload.output).toEqual({ code: 0, signal: null });
      await until('an Announce', () => announcedAt.length > count + 2, timeoutMs);
      const after = announcedAt.slice(count);
      const gaps = after.map((at, index) => at - (after[index - 1] ?? latest));
      console.log(
        `silent for ${Math.max(...gaps).toFixed(0)} of ${announceReceiptTimeoutMs} ms; ${running.child.lines.slice(told).join('; ')}`,
      );
      expect(Math.max(...gaps)).toBeLessThan(announceReceiptTimeoutMs);
      expect(await grandmaster()).toBe(followed);
      expect((await states()).map((state) => state.replace('SLAVE', 'UNCALIBRATED'))).toEqual(
        was.map((state) => state.replace('SLAVE', 'UNCALIBRATED')),
      );
      expect(running.child.lines.slice(told).join('\n')).toMatch(
        /^bc of domain 0: is back after [01]\.\d\d s: eth1 \w+, eth2 MASTER$/m,
      );
      expect(changes()).toBe(before);
    };
    await reloadsAnew('linreg');
    Ptp4l.grandmaster(star.network, star.gm.namespace, { settings });
    await until(
      'the grandmaster to be followed, and handed on',
      async () => {
        const { clock } = await running.clock();
        return (
          /SLAVE|UNCALIBRATED/.test(clock.ports[0]!.portState) &&
          clock.ports[1]!.portState === 'MASTER'
        );
      },
      timeoutMs,
      () => running.operatorClock(),
    );
    await reloadsAnew('pi');
  },
);
