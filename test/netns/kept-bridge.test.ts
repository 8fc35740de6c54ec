/** `onStop: keep`: the bridge outlives the switch, and the next start takes it over; ordinary traffic notices neither. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { BridgedNetwork } from '../support/netns/bridged-network.js';
import { FramePort } from '../support/netns/frame-port.js';
import { arrivals, isPtp, PairStream } from '../support/netns/pair-stream.js';
import { PingStream } from '../support/netns/ping-stream.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { COMMAND_LINE } from '../support/netns/switch.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite('g++', 'nft', 'busybox');
if (missing !== undefined) console.warn(`kept bridge: skipped, ${missing}`);

const timeoutMs = 10_000;
const pings = 10;
/** With spanning tree a port that leaves the bridge and comes back carries nothing for twice as long. */
const forwardDelay = 2;

describe.skipIf(missing !== undefined)('a bridge that outlives its switch', () => {
  test.concurrent.for(['block', 'forward'])(
    'no ping is lost through stops, starts that fail and starts, with onExit: %s',
    async (onExit, { onTestFinished }) => {
      const net = new BridgedNetwork(3);
      onTestFinished(() => net.close());
      const [from, to] = net.hosts;
      if (from === undefined || to === undefined) throw new Error('two hosts');
      const bridge = (onStop: string) =>
        `{name: br-ptp, forwardDelay: ${forwardDelay}, onExit: ${onExit}, onStop: ${onStop}}`;
      const before = net.interfaces();
      const rules = () => net.place.run('nft', ['list', 'ruleset']);

      const first = await net.startSwitch(bridge('keep'), 'eth1, eth2');
      const stream = await PingStream.start(from, to);
      const running = net.interfaces();
      expect(await first.child.stop()).toEqual({ code: 0, signal: null });
      expect(first.child.output).toContain('br-ptp: stays for the next start');
      const kept = settled(net.interfaces());
      expect(kept).toEqual(settled(running));
      expect(rules().includes('.rules')).toBe(onExit === 'block');
      await stream.more(pings);
      expect(stream.lost).toEqual([]);

      const left = rules();
      const failing = join(net.network.directory, 'failing.yaml');
      writeFileSync(
        failing,
        `{ports: [eth1, eth3, lo], instances: [{type: e2e-tc}], timestamping: software, bridge: ${bridge('keep')}}`,
      );
      const socket = join(net.network.directory, 'failing.sock');
      expect(() =>
        net.place.run(process.execPath, [COMMAND_LINE, 'run', '-c', failing, '--socket', socket]),
      ).toThrow(/\blo\b/);
      expect(settled(net.interfaces())).toEqual(kept);
      expect(rules()).toBe(left);
      await stream.more(pings);
      expect(stream.lost).toEqual([]);

      const second = await net.startSwitch(bridge('restore'), 'eth1, eth2');
      const receiver = await FramePort.open(to.namespace, to.interface, isPtp);
      const pairs = new PairStream(await FramePort.open(from.namespace, from.interface, isPtp), 50);
      onTestFinished(() => pairs.stop());
      await pairs.more(pings);
      pairs.stop();
      await until('every pair', () => receiver.received.length >= 2 * pairs.sent, timeoutMs);
      expect(arrivals(receiver)).toEqual({ sync: pairs.sequenceIds, followUp: pairs.sequenceIds });
      await stream.more(pings);
      expect(stream.lost).toEqual([]);
      await stream.stop();

      expect(await second.child.stop()).toEqual({ code: 0, signal: null });
      await vi.waitFor(() => expect(net.interfaces()).toEqual(before), { timeout: timeoutMs });
      expect(rules()).toBe('');
    },
  );
});

/** But for what a packet socket of the switch makes of a port while it is open. */
function settled(interfaces: unknown): unknown {
  return (interfaces as { promiscuity: number }[]).map((each) => ({ ...each, promiscuity: 0 }));
}
