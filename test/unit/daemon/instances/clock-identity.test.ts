/** Which clock this box is, and that it stays the same one over a restart (7.5.2.2). */
import { describe, expect, test } from 'vitest';
import { formatClockIdentity } from '../../../../src/core/time/identity.js';
import { settleIdentity } from '../../../../src/daemon/instances/clock-identity.js';
import { identityOf } from '../../../../src/daemon/runtime/port-transport.js';
import { portsNamed } from '../../../support/config-ports.js';
import { FakeDataPlane } from '../fake-data-plane.js';

/** @param macs by port; empty: the interface is not there */
function start(
  macs: readonly string[],
  { configured, kept }: { configured?: string; kept?: { text: string | undefined } } = {},
) {
  const ports = portsNamed(...macs.map((_, index) => `eth${index + 1}`));
  const dataPlane = new FakeDataPlane({ timestamping: 'auto', ports, busyPoll: false });
  dataPlane.infos = dataPlane.infos.map((info, port) => ({ ...info, mac: macs[port] ?? '' }));
  const lines: string[] = [];
  const tell = (line: string) => lines.push(line);
  settleIdentity({
    ...{ dataPlane, configured, info: tell, warn: tell },
    file: kept && {
      path: '/state/clock-identity',
      read: () => kept.text,
      write: (text) => {
        kept.text = text;
      },
    },
  });
  return { identity: formatClockIdentity(identityOf(dataPlane)), lines };
}

const [usb, onBoard, other] = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'];

describe('the clockIdentity', () => {
  test('is that of the first port which is there', () => {
    expect(start([usb, onBoard]).identity).toBe('020000.fffe.000001');
    expect(start(['', onBoard]).identity).toBe('020000.fffe.000002');
  });

  test('is that of the configuration, whatever is kept', () => {
    const kept = { text: '020000.fffe.000002' };
    const configured = '020000.fffe.00abcd';
    expect(start([usb], { configured, kept }).identity).toBe(configured);
  });

  test('stays what it was when a first port that came late is there in time the next time', () => {
    const kept: { text: string | undefined } = { text: undefined };
    expect(start(['', onBoard], { kept }).identity).toBe('020000.fffe.000002');
    const second = start([usb, onBoard], { kept });
    expect(second.identity).toBe('020000.fffe.000002');
    expect(second.lines).toEqual(['clockIdentity 020000.fffe.000002, as before']);
  });

  test('stays what it was while its port is not there', () => {
    const kept = { text: '020000.fffe.000001' };
    expect(start(['', onBoard], { kept }).identity).toBe('020000.fffe.000001');
  });

  test('is another one on a copy of the box, or with other ports', () => {
    const kept = { text: '020000.fffe.000001' };
    expect(start([other, onBoard], { kept }).identity).toBe('020000.fffe.000003');
    expect(kept.text).toBe('020000.fffe.000003');
  });

  test('is made anew, and the operator told, where what is kept is none', () => {
    const kept = { text: 'nonsense' };
    const { identity, lines } = start([usb], { kept });
    expect(identity).toBe('020000.fffe.000001');
    expect(lines).toEqual(['/state/clock-identity: not a clockIdentity: it is written anew']);
  });
});
