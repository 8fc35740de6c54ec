/** What doctor says of a machine on which somebody has put a macvlan, and queues that make messages wait. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Star } from '../support/netns/star.js';
import { COMMAND_LINE } from '../support/netns/switch.js';

const missing = missingPrerequisite('tc');
if (missing !== undefined) console.warn(`doctor: skipped, ${missing}`);

interface Report {
  readonly interfaces: readonly {
    readonly probe: { readonly interface: string };
    readonly device: { readonly kind: string; readonly queueing: readonly unknown[] } | null;
    readonly findings: readonly { readonly level: string; readonly text: string }[];
  }[];
}

describe.skipIf(missing !== undefined)('ptp-switch doctor', () => {
  let star: Star;
  beforeAll(() => {
    star = new Star({ slaves: 2 });
  });
  afterAll(() => star.close());

  const doctor = (...args: readonly string[]) =>
    star.switchPlaces[0]!.namespace.run(process.execPath, [COMMAND_LINE, 'doctor', ...args]);

  test('names a macvlan as a port, a rate at another, one of a single queue, each with its remedy', () => {
    const { namespace } = star.switchPlaces[0]!;
    namespace.ip('link add mv0 link eth1 type macvlan mode bridge', 'link set mv0 up');
    const tc = (line: string) => namespace.run('tc', line.split(' '));
    tc('qdisc add dev eth2 root tbf rate 1mbit burst 2k latency 100ms');
    tc('qdisc add dev eth3 root handle 1: mq');
    tc('qdisc add dev eth3 parent 1:1 htb default 1');

    const text = doctor('mv0', 'eth2', 'eth3');
    const [macvlan, shaped, queue] = text.split('\n\n').slice(1);
    expect(macvlan).toMatch(
      /^mv0 [^]*note +is a macvlan \(bridge\) on eth1: [^]*: let eth1 itself/,
    );
    expect(shaped).toMatch(
      /^eth2 [^]*note +the queueing discipline tbf limits[^]*del dev eth2 root/,
    );
    expect(queue).toMatch(/^eth3 [^]*note +the queueing discipline htb, of a queue, limits/);

    const { interfaces } = JSON.parse(doctor('mv0', 'eth1', '--json')) as Report;
    expect(interfaces.map(({ device }) => device?.kind)).toEqual(['macvlan', 'veth']);
    expect(interfaces[0]?.findings.map(({ level }) => level)).toContain('note');
    expect(interfaces[1]?.findings.filter(({ level }) => level === 'note')).toEqual([]);
  });
});
