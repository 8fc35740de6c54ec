/** What every DataPlane does, whatever it is made of (src/native/data-plane.ts). */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { DataPlane } from '../../../src/native/data-plane.js';
import { counter, eventually, policyOf, RecordLog, type Bench } from './bench.js';
import { correctionOf } from '../../support/ethernet-fields.js';
import { followUpFrame, senders, syncFrame, tagged } from './frames.js';

const settlingMs = 50;

/** Registers the cases; `open` makes a bench whose links are up or coming up. */
export function describeContract(open: () => Bench): void {
  let bench: Bench;
  /** Of the data plane, and of the network around it. */
  let own: RecordLog;
  let peers: RecordLog;

  beforeEach(async () => {
    bench = open();
    onTestFinished(() => {
      bench.close();
    });
    own = new RecordLog(bench.dataPlane);
    peers = new RecordLog(bench.peers);
    bench.peers.program(policyOf('terminate'));
    const isUp = (dataPlane: DataPlane) => dataPlane.ports().every(({ link }) => link);
    await eventually(bench, 'the links', () =>
      isUp(bench.dataPlane) && isUp(bench.peers) ? true : undefined,
    );
    // A policy is in force, and a record told, when the engine's thread has come to it.
    await bench.pass(settlingMs);
  });

  const received = (count: number) =>
    eventually(bench, `${count} frames at the far ends`, () => {
      const frames = peers.of('frame');
      return frames.length >= count ? frames : undefined;
    });

  describe('ports', () => {
    test('are those that were asked for, each with an address and a kind of time stamp', () => {
      const ports = bench.dataPlane.ports();
      expect(ports).toHaveLength(2);
      expect(new Set(ports.map((port) => port.interface)).size).toBe(2);
      for (const port of ports) {
        expect(port.mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
        expect(port.present).toBe(true);
        expect(port.interfaceIndex).toBeGreaterThan(0);
        expect(['hardware', 'software']).toContain(port.timestamping);
        expect(port.timestampingReason).not.toBe('');
      }
    });

    test('tell their links from the start', async () => {
      await eventually(bench, 'a record of each link', () =>
        [0, 1].every((port) => own.of('link').some((record) => record.port === port && record.up))
          ? true
          : undefined,
      );
    });

    test('tell when a cable is pulled, and when it is back', async () => {
      bench.setLink(1, false);
      await eventually(bench, 'the link to go', () => {
        const last = own.of('link').findLast(({ port }) => port === 1);
        return last?.up === false ? last : undefined;
      });
      expect(bench.dataPlane.ports().map(({ link }) => link)).toEqual([true, false]);
      bench.setLink(1, true);
      await eventually(bench, 'the link to be back', () =>
        own.of('link').findLast(({ port }) => port === 1)?.up === true ? true : undefined,
      );
    });
  });

  describe('a policy', () => {
    test('that has no rule for a message has it dropped and counted', async () => {
      bench.dataPlane.program({ rules: [], linkDelays: [], rateRatios: [] });
      bench.peers.submit([{ port: 0, frame: syncFrame({ sequenceId: 1 }) }]);
      await eventually(bench, 'the drop', () => counter(bench, 0, 'drop.noPolicy') || undefined);
      expect(own.of('frame')).toEqual([]);
    });

    test('replaces the one before as a whole', async () => {
      const rule = { sdoId: 'any', action: 'terminate' } as const;
      const of = (domainNumber: number) => ({
        rules: [{ ...rule, domainNumber }],
        linkDelays: [],
        rateRatios: [],
      });
      bench.dataPlane.program(of(1));
      bench.dataPlane.program(of(2));
      bench.peers.submit([
        { port: 0, frame: syncFrame({ sequenceId: 1, domainNumber: 1 }) },
        { port: 0, frame: syncFrame({ sequenceId: 2, domainNumber: 2 }) },
      ]);
      const frame = await eventually(bench, 'a frame of domain 2', () => own.of('frame')[0]);
      expect(frame.frame).toEqual(Buffer.from(syncFrame({ sequenceId: 2, domainNumber: 2 })));
      expect(counter(bench, 0, 'drop.noPolicy')).toBe(1);
    });
  });

  describe('terminate', () => {
    test.each(
      senders.flatMap((sender) => [
        { title: sender.transport, frame: syncFrame({ sequenceId: 7, sender }) },
        {
          title: `${sender.transport}, tagged`,
          frame: tagged(syncFrame({ sequenceId: 7, sender }), 42),
        },
      ]),
    )('hands up whole frames with their time stamps: $title', async ({ frame }) => {
      bench.dataPlane.program(policyOf('terminate'));
      bench.peers.submit([{ port: 1, frame, context: 5 }]);
      const record = await eventually(bench, 'the frame', () => own.of('frame')[0]);
      expect(record.port).toBe(1);
      expect(Buffer.from(record.frame)).toEqual(Buffer.from(frame));
      expect(record.frame[record.ptpOffset + 1]).toBe(0x12); // versions of the PTP header
      expect(record.ptpLength).toBe(44);
      const sent = await eventually(bench, 'it sent', () => peers.of('transmitTimestamp')[0]);
      expect(record.timestampNs).toBeGreaterThanOrEqual(sent.timestampNs);
      expect(record.timestampNs - sent.timestampNs).toBeLessThan(1_000_000_000n);
      expect(counter(bench, 1, 'path.terminated')).toBe(1);
    });

    test('wakes once, however many records wait, and again after they were taken', async () => {
      let calls = 0;
      bench.dataPlane.program(policyOf('terminate'));
      bench.dataPlane.onReadable(() => calls++);
      bench.dataPlane.drain();
      const sync = (sequenceId: number) => ({ port: 0, frame: syncFrame({ sequenceId }) });
      bench.peers.submit([1, 2, 3, 4, 5].map(sync));
      await eventually(bench, 'five frames', () =>
        counter(bench, 0, 'path.terminated') === 5 ? true : undefined,
      );
      await bench.pass(settlingMs);
      expect(calls).toBe(1);
      expect(bench.dataPlane.drain().filter(({ kind }) => kind === 'frame')).toHaveLength(5);
      bench.peers.submit([sync(6)]);
      await eventually(bench, 'another call', () => (calls === 2 ? true : undefined));
    });

    test('keeps what comes before anybody listens', async () => {
      const late = bench.dataPlane;
      late.program(policyOf('terminate'));
      late.onReadable(() => undefined);
      bench.peers.submit([{ port: 0, frame: syncFrame({ sequenceId: 1 }) }]);
      await eventually(bench, 'the frame', () => counter(bench, 0, 'path.terminated') || undefined);
      expect(late.drain().filter(({ kind }) => kind === 'frame')).toHaveLength(1);
    });
  });

  describe('submit', () => {
    test('with a context brings the transmit time stamp, later, under that context', async () => {
      const frame = syncFrame({ sequenceId: 9 });
      bench.dataPlane.submit([{ port: 0, frame, context: 0xfedc_ba98 }]);
      expect(own.of('transmitTimestamp')).toEqual([]);
      const record = await eventually(
        bench,
        'the time stamp',
        () => own.of('transmitTimestamp')[0],
      );
      expect(record).toMatchObject({ port: 0, context: 0xfedc_ba98 });
      const [arrived] = await received(1);
      expect(Buffer.from(arrived?.frame ?? [])).toEqual(Buffer.from(frame));
      expect(arrived?.timestampNs).toBeGreaterThanOrEqual(record.timestampNs);
    });

    test('without a context sends and tells nothing', async () => {
      bench.dataPlane.submit([{ port: 1, frame: followUpFrame({ sequenceId: 3 }) }]);
      const [arrived] = await received(1);
      expect(arrived?.port).toBe(1);
      await bench.pass(settlingMs);
      expect(own.of('transmitTimestamp')).toEqual([]);
    });

    test('tells of a time stamp that was lost', async () => {
      bench.dataPlane.loseTransmitTimestamps(0, 1);
      bench.dataPlane.submit([{ port: 0, frame: syncFrame({ sequenceId: 1 }), context: 1 }]);
      const lost = await eventually(
        bench,
        'word of the loss',
        () => own.of('transmitTimestampLost')[0],
      );
      expect(lost).toEqual({ kind: 'transmitTimestampLost', port: 0, context: 1 });
      bench.dataPlane.submit([{ port: 0, frame: syncFrame({ sequenceId: 2 }), context: 2 }]);
      const next = await eventually(bench, 'the next', () => own.of('transmitTimestamp')[0]);
      expect(next.context).toBe(2);
    });

    test('says that its forwarding thread runs, also while nothing comes in', async () => {
      const before = bench.dataPlane.heartbeat();
      for (const further of [1, 2, 3]) {
        const beats = await eventually(bench, 'another beat', () => {
          const now = bench.dataPlane.heartbeat();
          return now >= before + further ? now : undefined;
        });
        expect(beats).toBeGreaterThan(before);
      }
    });

    test('refuses a port that there is not, and a frame that is none', () => {
      const code = (frame: unknown, port: number) => {
        try {
          bench.dataPlane.submit([{ port, frame: frame as Uint8Array }]);
        } catch (error) {
          return (error as { code?: unknown }).code;
        }
        return 'accepted';
      };
      expect(code(syncFrame({ sequenceId: 1 }), 2)).toBe('ERR_ARGUMENT');
      expect(code('frame', 0)).toBe('ERR_ARGUMENT');
    });
  });

  describe('e2e-tc', () => {
    test('forwards a Sync as it is and corrects its Follow_Up by exactly the residence', async () => {
      bench.dataPlane.program(policyOf('e2e-tc'));
      const sync = syncFrame({ sequenceId: 4, correctionNs: 17 });
      const followUp = followUpFrame({ sequenceId: 4, correctionNs: -1_000 });
      bench.peers.submit([{ port: 0, frame: sync }]);
      await received(1);
      bench.peers.submit([{ port: 0, frame: followUp }]);
      const [first, second] = await received(2);

      expect([first?.port, second?.port]).toEqual([1, 1]);
      expect(Buffer.from(first?.frame ?? [])).toEqual(Buffer.from(sync));
      expect(counter(bench, 1, 'residence.count')).toBe(1);
      const residenceNs = BigInt(counter(bench, 1, 'residence.sumNs'));
      expect(residenceNs).toBeGreaterThan(0n);
      const correction = correctionOf(second?.frame ?? new Uint8Array(60));
      expect(correction - correctionOf(followUp)).toBe(residenceNs << 16n);
    });

    test('drops a Follow_Up whose correction is lost, and counts it', async () => {
      bench.dataPlane.program(policyOf('e2e-tc'));
      bench.dataPlane.loseTransmitTimestamps(1, 1);
      bench.peers.submit([
        { port: 0, frame: syncFrame({ sequenceId: 5 }) },
        { port: 0, frame: followUpFrame({ sequenceId: 5 }) },
      ]);
      await eventually(
        bench,
        'the time stamp given up',
        () => counter(bench, 1, 'timestamp.transmitMissing') || undefined,
      );
      await eventually(
        bench,
        'the Follow_Up dropped',
        () => counter(bench, 1, 'drop.correctionUnknown') || undefined,
      );
      await bench.pass(settlingMs);
      expect(peers.of('frame')).toHaveLength(1);
    });
  });

  describe('counters', () => {
    test('have a name for each place, and a block for each port', () => {
      const { layout, values } = bench.dataPlane.counters();
      expect(values).toHaveLength(2 * layout.stride);
      expect(new Set(layout.names).size).toBe(layout.names.length);
      expect(layout.residence.offset).toBeGreaterThanOrEqual(layout.names.length);
      const { offset, upperBoundsNs } = layout.residence;
      expect(offset + upperBoundsNs.length).toBeLessThanOrEqual(layout.stride);
      expect(upperBoundsNs).toEqual(upperBoundsNs.toSorted((a, b) => a - b));
    });

    test('are live, and only grow', async () => {
      const { layout, values } = bench.dataPlane.counters();
      bench.dataPlane.program(policyOf('e2e-tc'));
      const before = values.slice();
      for (const sequenceId of [1, 2, 3]) {
        bench.peers.submit([{ port: 0, frame: syncFrame({ sequenceId }) }]);
        await received(sequenceId);
      }
      const least = layout.names.indexOf('residence.minNs');
      for (const [index, value] of values.entries()) {
        if (index % layout.stride !== least) expect(value >= (before[index] ?? 0n)).toBe(true);
      }
      expect(counter(bench, 0, 'rx.Sync')).toBe(3);
      expect(counter(bench, 1, 'tx.Sync')).toBe(3);
      expect(counter(bench, 0, 'path.forwarded')).toBe(3);
    });
  });

  // The system clock of the machine that runs this is nobody's to adjust.
  describe('clocks', () => {
    test('the timebase began as the system clock, and time stamps are of it', async () => {
      const before = bench.dataPlane.readClock('system')!;
      // Nobody sets the clock of a machine by a second while this runs, and no daemon slews it by more.
      expect(Number(before.clockNs - before.commonNs)).toBeLessThan(1e9);
      expect(Math.abs(before.rateOffset)).toBeLessThan(1e-3);
      bench.dataPlane.program(policyOf('terminate'));
      bench.peers.submit([{ port: 0, frame: syncFrame({ sequenceId: 1 }) }]);
      const { timestampNs } = await eventually(bench, 'a Sync', () => own.of('frame')[0]);
      const after = bench.dataPlane.readClock('system')!;
      expect(timestampNs).toBeGreaterThanOrEqual(before.commonNs);
      expect(timestampNs).toBeLessThanOrEqual(after.commonNs);
    });

    test('a port with software time stamps has none to read, nor to adjust', () => {
      expect(bench.dataPlane.readClock(0)).toBeNull();
      expect(() => bench.dataPlane.adjustClock(0, { stepNs: 1n, rateChangePpb: 0 })).toThrow(
        expect.objectContaining({
          code: 'ERR_TIMESTAMPING',
          message: expect.stringContaining('use clock: virtual') as string,
        }),
      );
    });
  });

  describe('close', () => {
    test('may be said twice; after it everything else is refused with ERR_CLOSED', () => {
      const { dataPlane } = bench;
      dataPlane.close();
      dataPlane.close();
      const calls: (() => unknown)[] = [
        () => dataPlane.drain(),
        () => dataPlane.ports(),
        () => {
          dataPlane.program(policyOf('drop'));
        },
        () => {
          dataPlane.submit([]);
        },
        () => {
          dataPlane.loseTransmitTimestamps(0, 1);
        },
        () => dataPlane.readClock(0),
        () => {
          dataPlane.adjustClock(0, { stepNs: 0n, rateChangePpb: 0 });
        },
      ];
      for (const call of calls)
        expect(call).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    });

    test('calls back no more', async () => {
      let calls = 0;
      bench.dataPlane.program(policyOf('terminate'));
      bench.dataPlane.drain();
      bench.dataPlane.onReadable(() => calls++);
      bench.dataPlane.close();
      bench.peers.submit([{ port: 0, frame: syncFrame({ sequenceId: 1 }) }]);
      await bench.pass(settlingMs);
      expect(calls).toBe(0);
    });
  });
}
