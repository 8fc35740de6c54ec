/** Events of a switch on a fake data plane under virtual time, and their lines in the log. */
import { expect, test } from 'vitest';
import { loadConfig } from '../../../../src/config/load.js';
import { Switch } from '../../../../src/daemon/switch.js';
import type { ObservedEvent } from '../../../../src/observe/events/event.js';
import { announceFrom, portIdentityOf } from '../../../support/announces.js';
import { VirtualTime } from '../../../support/virtual-time.js';
import { fileWith } from '../../config/config-files.js';
import { FakeDataPlane } from '../fake-data-plane.js';
import { frameRecord, second } from '../instances/running-instances.js';

const master = portIdentityOf(0x001b19fffe000001n);

function running(text: string) {
  const time = new VirtualTime();
  const lines = { info: [] as string[], warn: [] as string[] };
  let dataPlane: FakeDataPlane | undefined;
  const own = new Switch(
    (options) => (dataPlane = new FakeDataPlane(options)),
    loadConfig(fileWith(text)),
    { busyPoll: false },
    { info: (line) => lines.info.push(line), warn: (line) => lines.warn.push(line) },
    {
      timerClock: time,
      addressesOf: () => ({ ipv4: undefined, linkLocalIpv6: undefined }),
    },
  );
  if (dataPlane === undefined) throw new Error('the data plane was not opened');
  const told: ObservedEvent[] = [];
  own.events.follow((event) => told.push(event));
  return { own, time, lines, told, dataPlane };
}

const boundaryClock = 'ports: [eth1, eth2]\ninstances: [bc]';

test('a boundary clock that finds a master and loses it tells each once, in the log too', () => {
  const { dataPlane, time, told, lines, own } = running(boundaryClock);
  for (let sequenceId = 0; sequenceId < 10; sequenceId++) {
    const announce = announceFrom(master, { grandmasterPriority1: 1 }, { sequenceId });
    dataPlane.report(frameRecord(0, 'l2', announce, 0n));
    time.advance(second);
  }
  const changes = () => told.filter(({ kind }) => kind === 'grandmaster-changed');
  expect(changes()).toMatchObject([{ from: '020000.fffe.000001', to: '001b19.fffe.000001' }]);
  time.advance(60 * second);
  expect(changes()).toMatchObject([
    {},
    { instance: 'bc of domain 0', domain: 0, to: '020000.fffe.000001' },
  ]);
  expect(lines.info.filter((line) => line.includes('no grandmaster is followed'))).toEqual([
    'bc of domain 0: no grandmaster is followed any more: this clock goes by itself (before: 001b19.fffe.000001)',
  ]);
  const [first] = own.events.after(0);
  expect(first).toMatchObject({
    seq: 1,
    kind: 'started',
    text: 'started: bc of domain 0 on eth1, eth2',
  });
  own.close();
  expect(time.pending).toBe(0);
});

test('what a reload changes of the thresholds counts from then on', () => {
  const { own, told, dataPlane, time } = running(`${boundaryClock}\nmonitor: {residence: 1s}`);
  const beyond = () => told.filter(({ kind }) => kind === 'residence-beyond-threshold');
  const stay = () => {
    dataPlane.setResidences(0, [5000]);
    time.advance(second);
  };
  stay();
  expect(beyond()).toEqual([]);
  const config = loadConfig(fileWith(`${boundaryClock}\nmonitor: {residence: 99ns}`));
  expect(own.reload(config)).toMatchObject({ refused: [], changed: ['monitor'] });
  time.advance(second);
  dataPlane.setResidences(0, [5000, 5000]);
  time.advance(second);
  expect(beyond()).toMatchObject([{ interface: 'eth1', state: 'raised' }]);
});

test('what no instance takes is a warning in the log, with its remedy', () => {
  const { dataPlane, time, lines } = running(boundaryClock);
  dataPlane.report({
    ...{ kind: 'unserved', port: 0, sdoId: 0, domainNumber: 24, transport: 'l2', vlanId: 0 },
    ...{ announce: true, messages: 1 },
  });
  time.advance(second);
  expect(lines.warn.filter((line) => line.includes('not taken'))).toEqual([
    'eth1: PTP of domain 24 over l2 is not taken: no instance is of domain 24; give one domain: 24, or let it pass by type: e2e-tc',
  ]);
});
