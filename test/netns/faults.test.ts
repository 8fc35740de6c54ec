/**
 * Time stamps that are lost, links that go down and interfaces that vanish: what cannot be corrected is missing and
 * counted, everything else flows on, and the port forwards again with its next frame.
 */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FramePort } from '../support/netns/frame-port.js';
import { arrivals, isPtp, PairStream } from '../support/netns/pair-stream.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Star, type Peer } from '../support/netns/star.js';
import type { Switch } from '../support/netns/switch.js';

const PAIRS_PER_SECOND = 100;
/** 100 ms. */
const PAIRS_DURING_OUTAGE = 10;
const PAIRS_BETWEEN = 30;
const ARRIVAL_TIMEOUT_MS = 5_000;
/** Between the link's return and its being known: the run of `ip`, and a timer of this process. */
const PAIRS_UNTIL_NOTICED = 3;

const missing = missingPrerequisite('g++');
if (missing !== undefined) console.warn(`faults: skipped, ${missing}`);

function openPort({ namespace, interface: name }: Peer): Promise<FramePort> {
  return FramePort.open(namespace, name, isPtp);
}

function difference(all: readonly number[], some: readonly number[]): number[] {
  const present = new Set(some);
  return all.filter((value) => !present.has(value));
}

describe.skipIf(missing !== undefined)('a port in trouble', () => {
  let star: Star;
  let instance: Switch;
  let troubled: FramePort;
  let other: FramePort;
  let stream: PairStream;

  beforeEach(async () => {
    star = new Star({ slaves: 2 });
    [instance] = (await star.startSwitches()) as [Switch];
    troubled = await openPort(star.slaves[0]!);
    other = await openPort(star.slaves[1]!);
    stream = new PairStream(await openPort(star.gm), PAIRS_PER_SECOND);
    await stream.more(PAIRS_BETWEEN);
  });

  afterEach(async () => {
    stream.stop();
    await star.close();
  });

  /** Ends the stream and waits until the other port has had all of it, which is itself the assertion on that port. */
  async function expectNoLossOnOtherPort(): Promise<void> {
    await stream.more(PAIRS_BETWEEN);
    stream.stop();
    const all = { sync: stream.sequenceIds, followUp: stream.sequenceIds };
    await vi.waitFor(() => expect(arrivals(other)).toEqual(all), { timeout: ARRIVAL_TIMEOUT_MS });
  }

  test('loses the corrections, and only those, whose transmit time stamps are lost', async () => {
    const lost = 5;
    await instance.loseTransmitTimestamps('eth2', lost);
    await expectNoLossOnOtherPort();

    await vi.waitFor(
      () => expect(difference(stream.sequenceIds, arrivals(troubled).followUp)).toHaveLength(lost),
      { timeout: ARRIVAL_TIMEOUT_MS },
    );
    expect(arrivals(troubled).sync).toEqual(stream.sequenceIds);
    const { counters } = await instance.port('eth2');
    expect(counters['timestamp']).toMatchObject({ transmitMissing: lost });
    expect(counters['drop']).toMatchObject({ correctionUnknown: lost });
  });

  test.for([
    { title: 'the cable is pulled', side: 'slave' },
    { title: 'the port is set down', side: 'switch' },
  ])('forwards again with its next frame after $title for 100 ms', async ({ side }) => {
    const [namespace, name] =
      side === 'slave'
        ? [star.slaves[0]!.namespace, 'eth0']
        : [star.switchPlaces[0]!.namespace, 'eth2'];

    const lastBefore = stream.sent;
    namespace.setLink(name, 'down');
    await stream.more(PAIRS_DURING_OUTAGE);
    namespace.setLink(name, 'up');
    const firstAfter = stream.sent + PAIRS_UNTIL_NOTICED;
    await expectNoLossOnOtherPort();

    const duringOutage = (sequenceId: number) =>
      sequenceId >= lastBefore - 1 && sequenceId < firstAfter;
    await vi.waitFor(
      () => {
        const { sync, followUp } = arrivals(troubled);
        const missed = difference(stream.sequenceIds, followUp);
        expect(missed.filter((sequenceId) => !duringOutage(sequenceId))).toEqual([]);
        expect(difference(stream.sequenceIds, sync).length).toBeGreaterThan(0);
      },
      { timeout: ARRIVAL_TIMEOUT_MS },
    );
  });

  test('is picked up again when its interface vanishes and returns', async () => {
    const { namespace } = star.switchPlaces[0]!;
    const slave = star.slaves[0]!;
    namespace.ip('link del eth2');
    await vi.waitFor(async () => expect((await instance.port('eth2')).link).toBe('absent'), {
      timeout: ARRIVAL_TIMEOUT_MS,
    });
    star.network.connect(
      { namespace, interface: 'eth2' },
      { namespace: slave.namespace, interface: 'eth0' },
    );
    await instance.waitUntilForwarding();
    const returned = await openPort(slave);
    const firstAfter = stream.sent;
    await expectNoLossOnOtherPort();

    const after = stream.sequenceIds.slice(firstAfter);
    await vi.waitFor(() => expect(difference(after, arrivals(returned).followUp)).toEqual([]), {
      timeout: ARRIVAL_TIMEOUT_MS,
    });
  });
});
