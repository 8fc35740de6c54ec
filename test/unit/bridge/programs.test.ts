import { expect, test } from 'vitest';
import { batchComplaint, BridgeError, ofBridge } from '../../../src/bridge/programs.js';

const commands = ['link add name br-ptp type bridge', 'link set dev wlan0 master br-ptp'];

test('a command of a batch that is refused names its interface and the remedy', () => {
  const stderr = 'RTNETLINK answers: Operation not supported\nCommand failed -:2\n';
  expect(batchComplaint('ip', commands, stderr).message).toBe(
    'wlan0: ip link set dev wlan0 master br-ptp: RTNETLINK answers: Operation not supported: use an Ethernet interface that is in no bridge, bond or team',
  );
});

test('so does one that this process may not do', () => {
  const stderr = 'RTNETLINK answers: Operation not permitted\nCommand failed -:1\n';
  expect(batchComplaint('ip', commands, stderr).message).toBe(
    'br-ptp: ip link add name br-ptp type bridge: RTNETLINK answers: Operation not permitted: run it as root, or with CAP_NET_ADMIN',
  );
});

test('a program that does not say which command it was is named', () => {
  expect(batchComplaint('bridge', commands, '').message).toBe('bridge: bridge -batch -: failed');
});

test('what concerns no interface by itself is of the bridge', () => {
  const told = (message: string) => (ofBridge('br0', new BridgeError(message)) as Error).message;
  expect(told('bridge: nft -f -: failed')).toBe('br0: nft -f -: failed');
  expect(told('eth1: no such network interface')).toBe('eth1: no such network interface');
  expect(ofBridge('br0', 'anything else')).toBe('anything else');
});

test('an interface is not blamed for what is none of its faults', () => {
  const told = (stderr: string) =>
    batchComplaint('ip', commands, `${stderr}\nCommand failed -:2\n`).message;
  expect(told('RTNETLINK answers: Cannot allocate memory')).toBe(
    'wlan0: ip link set dev wlan0 master br-ptp: RTNETLINK answers: Cannot allocate memory',
  );
  for (const reason of [
    'RTNETLINK answers: Invalid argument',
    'RTNETLINK answers: Device or resource busy',
    'Error: Device does not allow enslaving to a bridge.',
  ]) {
    expect(told(reason)).toContain(`${reason}: use an Ethernet interface`);
  }
});
