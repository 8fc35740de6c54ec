/** A second switch harms no first one, and a start that fails leaves the machine as it was. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BridgedNetwork } from '../support/netns/bridged-network.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { COMMAND_LINE, Switch } from '../support/netns/switch.js';

const missing = missingPrerequisite('nft', 'busybox');
if (missing !== undefined) console.warn(`second switch: skipped, ${missing}`);

function networkWith(ports: string) {
  const net = new BridgedNetwork(2);
  onTestFinished(() => net.close());
  const config = join(net.network.directory, 'switch.yaml');
  writeFileSync(
    config,
    `{ports: [${ports}], instances: [{type: e2e-tc}], timestamping: software, bridge: {name: br-ptp, stp: false}}`,
  );
  const machine = () => ({
    interfaces: net.interfaces(),
    rules: net.place.run('nft', ['list', 'ruleset']),
  });
  const start = (socket: string) =>
    net.place.run(process.execPath, [COMMAND_LINE, 'run', '-c', config, '--socket', socket]);
  return { net, config, machine, start };
}

test.skipIf(missing !== undefined)(
  'a second switch is refused with who has the ports, and the first one goes on',
  async () => {
    const { net, config, machine, start } = networkWith('eth1, eth2');
    const first = new Switch(net.network, net.place, [], { config });
    await first.waitUntilForwarding();
    const before = machine();
    for (const socket of [first.socket, join(net.network.directory, 'other.sock')]) {
      expect(() => start(socket)).toThrow(new RegExp(`\\b${first.child.pid}\\b`));
    }
    expect(machine()).toEqual(before);
    const [from, to] = net.hosts;
    from?.namespace.run('busybox', ['ping', '-c', '1', '-W', '5', to?.address4 ?? '']);
  },
);

test.skipIf(missing !== undefined)(
  'a start that fails names the port, and leaves no bridge and no rules',
  () => {
    const { net, machine, start } = networkWith('eth1, lo');
    const before = machine();
    expect(() => start(join(net.network.directory, 'switch.sock'))).toThrow(/\blo\b/);
    expect(machine()).toEqual(before);
  },
);
