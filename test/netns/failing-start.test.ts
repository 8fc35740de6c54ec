/** A start that fails, at whichever of its steps, leaves the machine as it was, and says what was wrong. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { BridgedNetwork } from '../support/netns/bridged-network.js';
import { COMPLAINT, FailingPrograms } from '../support/netns/failing-programs.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Switch } from '../support/netns/switch.js';

const missing = missingPrerequisite('nft');
if (missing !== undefined) console.warn(`failing start: skipped, ${missing}`);

const timeoutMs = 30_000;
/** Some thirty starts on a machine that does much else. */
const testTimeoutMs = 300_000;
/** More than a start has: it is a mistake of the test where none succeeds. */
const mostCalls = 60;

/** How the switch is configured, and how the programs that it calls fail. */
const cases = [
  ['before its work', '{name: br-ptp, pruneMulticast: true, address: [192.0.2.1/24]}'],
  ['after its work', '{join: lan, onExit: forward}'],
] as const;

/** Two ports, of which one is down and the other has an address, beside a bridge of somebody else. */
function networkWith(bridge: string) {
  const net = new BridgedNetwork(2);
  net.place.ip('link add lan type bridge', 'link set lan up', 'link set eth2 down');
  net.place.addAddress('eth1', '198.18.0.1/24');
  const config = join(net.network.directory, 'switch.yaml');
  writeFileSync(
    config,
    `{ports: [eth1, eth2], instances: [{type: e2e-tc}], timestamping: software, bridge: ${bridge}}`,
  );
  const socketDirectory = join(net.network.directory, 'control');
  mkdirSync(socketDirectory);
  const machine = () => ({
    interfaces: net.interfaces(),
    rest: net.place.run('sh', ['-ec', 'ethtool -k eth1; ethtool -k eth2; nft list ruleset']),
    files: readdirSync(socketDirectory),
  });
  return { net, config, socket: join(socketDirectory, 'switch.sock'), machine };
}

describe.skipIf(missing !== undefined)('a start that fails', { timeout: testTimeoutMs }, () => {
  test.concurrent.for(cases)(
    'where a program that it calls fails %s, with bridge: %s',
    async ([manner, bridge], { onTestFinished }) => {
      const { net, config, socket, machine } = networkWith(bridge);
      onTestFinished(() => net.close());
      const programs = new FailingPrograms(
        net.network.directory,
        ...['ip', 'bridge', 'nft', 'setpriv', 'stdbuf'],
      );
      const before = machine();

      const failures: string[] = [];
      let started = 0;
      for (let call = 1; call <= mostCalls; call += 1) {
        const through = programs.through(call, manner);
        const running = new Switch(net.network, net.place, [], { config, through, socket });
        const began = await Promise.race([
          running.child.exited.then(() => false),
          vi.waitUntil(() => existsSync(socket), { timeout: timeoutMs, interval: 20 }),
        ]);
        const { calls } = programs;
        if (began) {
          programs.relent();
          await running.child.stop();
        }
        const { output } = running.child;
        // What a process had is taken back by the kernel a moment after its end.
        await vi.waitFor(() => expect(machine(), `call ${call}\n${output}`).toEqual(before), {
          timeout: timeoutMs,
        });
        if (began && calls < call) break;
        if (began) started += 1;
        else failures.push(output);
      }
      expect(failures.length).toBeGreaterThanOrEqual(8);
      console.log(`${bridge}: ${failures.length} starts failed, ${started} went on all the same`);
      for (const failure of failures) {
        expect(failure).toMatch(
          new RegExp(
            `^(br-ptp|lan|eth[12]): .*${COMPLAINT}: run it as root, or with CAP_NET_ADMIN`,
            'm',
          ),
        );
        expect(failure).not.toMatch(/not all|could not be undone/);
      }
    },
  );

  test.concurrent('at its last step, the control socket', async ({ onTestFinished }) => {
    const { net, config, machine } = networkWith('{name: br-ptp, stp: false}');
    onTestFinished(() => net.close());
    const before = machine();
    const socket = join(net.network.directory, 'nowhere', 'switch.sock');
    const running = new Switch(net.network, net.place, [], { config, socket });
    expect(await running.child.exited).toEqual({ code: 1, signal: null });
    expect(running.child.output).toContain('br-ptp: raised');
    expect(running.child.output).toMatch(new RegExp(`^${socket}: .*: `, 'm'));
    await vi.waitFor(() => expect(machine()).toEqual(before), { timeout: timeoutMs });
  });
});
