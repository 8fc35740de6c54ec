import { describe, expect, test } from 'vitest';
import { Notices } from '../../../../src/daemon/status/notices.js';
import { mixedTimestampingLine } from '../../../../src/daemon/status/timestamping-line.js';

function noticesOfTwoPorts() {
  const lines: string[] = [];
  const time = { now: 0 };
  const notices = new Notices({
    nameOf: (port) => `eth${port + 1}`,
    now: () => time.now,
    onLoop: (loop) => lines.push(`${loop.interface} loops with ${loop.other}`),
    onNotice: (told) => lines.push(`${told.interface}: ${told.text}; ${told.remedy}`),
  });
  return { notices, lines, time };
}

describe('a notice of the engine', () => {
  test.each([
    [
      'mergedByOffload',
      'eth2: the host merges PTP messages into one packet, and they are dropped; ethtool -K eth2 rx-udp-gro-forwarding off rx-gro-list off rx-lro off',
    ],
    [
      'answerByOtherPort',
      'eth2: a Delay_Resp comes in by it, but its Delay_Req left by eth1, so its correction is not known and it is dropped; the master has to answer by the port that it is asked by',
    ],
    [
      'secondAnswer',
      'eth2: it answers a Pdelay_Req that eth1 has answered too; stations that measure peer delay need type: p2p-tc in between',
    ],
  ] as const)('%s is told with its ports and the remedy', (notice, line) => {
    const { notices, lines } = noticesOfTwoPorts();
    notices.take({ notice, port: 1, otherPort: 0 });
    expect(lines).toEqual([line]);
  });

  test('is told of one port and kind once a minute', () => {
    const { notices, lines, time } = noticesOfTwoPorts();
    const take = (port: number) => notices.take({ notice: 'mergedByOffload', port, otherPort: 0 });
    take(1);
    time.now = 59.9e9;
    take(1);
    expect(lines).toHaveLength(1);
    take(2);
    notices.take({ notice: 'secondAnswer', port: 1, otherPort: 0 });
    expect(lines).toHaveLength(3);
    time.now = 60e9;
    take(1);
    expect(lines).toHaveLength(4);
  });

  test('of an isolation that is over ends it, and is told nobody', () => {
    const { notices, lines } = noticesOfTwoPorts();
    notices.take({ notice: 'loop', port: 1, otherPort: 0 });
    expect(notices.isolationOf(1)).toEqual({ loopWith: 'eth1' });
    expect(notices.isolationOf(0)).toBeNull();
    notices.take({ notice: 'isolationOver', port: 1, otherPort: 0 });
    expect(notices.isolationOf(1)).toBeNull();
    expect(lines).toEqual(['eth2 loops with eth1']);
  });
});

test('two kinds of time stamps among the ports are named, one kind is not', () => {
  const port = (name: string, timestamping: 'hardware' | 'software') => ({
    interface: name,
    timestamping,
  });
  const line = mixedTimestampingLine([
    port('eth1', 'hardware'),
    port('eth2', 'software'),
    port('eth3', 'hardware'),
  ]);
  expect(line).toMatch(/hardware on eth1, eth3, software on eth2\..*use timestamping: software/);
  for (const kind of ['hardware', 'software'] as const) {
    expect(mixedTimestampingLine([port('eth1', kind), port('eth2', kind)])).toBeUndefined();
  }
});
