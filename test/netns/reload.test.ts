/** A changed configuration is applied under a running switch: what does not change in it, ordinary traffic included, loses nothing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BridgedNetwork } from '../support/netns/bridged-network.js';
import { FramePort } from '../support/netns/frame-port.js';
import { arrivals, isPtp, PairStream } from '../support/netns/pair-stream.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { COMMAND_LINE, Switch } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite('busybox');
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
