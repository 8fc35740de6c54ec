import { describe, expect, it } from 'vitest';
import { durationNs } from '../../../../src/core/time/instant.js';
import { systemTimerClock, Timers } from '../../../../src/daemon/runtime/timers.js';
import { VirtualTime } from '../../../support/virtual-time.js';

const ms = (count: number) => durationNs(count * 1e6);

function setup() {
  const time = new VirtualTime();
  const timers = new Timers(time);
  const expired: [string, number][] = [];
  const note = (name: string) => () => {
    expired.push([name, time.now() / 1e6]);
  };
  return { time, timers, expired, note };
}

describe('timers', () => {
  it('expire in the order of their deadlines, each once', () => {
    const { time, timers, expired, note } = setup();
    timers.set('late', ms(30), note('late'));
    timers.set('early', ms(10), note('early'));
    time.advance(ms(100));
    expect(expired).toEqual([
      ['early', 10],
      ['late', 30],
    ]);
    expect(time.pending).toBe(0);
  });

  it('are replaced when set again, and gone when cancelled', () => {
    const { time, timers, expired, note } = setup();
    timers.set('a', ms(10), note('first'));
    timers.set('a', ms(20), note('second'));
    timers.set('b', ms(15), note('b'));
    timers.cancel('b');
    time.advance(ms(100));
    expect(expired).toEqual([['second', 20]]);
    timers.set('c', ms(10), note('c'));
    timers.cancelAll();
    expect(time.pending).toBe(0);
  });

  it('can be cancelled and replaced by one that expires at the same moment', () => {
    const { time, timers, expired, note } = setup();
    timers.set('a', ms(10), () => {
      timers.cancel('b');
      timers.set('c', ms(5), note('c'));
    });
    timers.set('b', ms(10), note('b'));
    timers.set('c', ms(10), note('old c'));
    time.advance(ms(100));
    expect(expired).toEqual([['c', 15]]);
  });

  it('keep their rate when every wake-up is late', () => {
    const { time, timers } = setup();
    let count = 0;
    const again = () => {
      count += 1;
      timers.set('sync', ms(62.5), again);
    };
    timers.set('sync', ms(62.5), again);
    for (let elapsed = 0; elapsed < 10_000; elapsed += 7) time.stall(ms(7));
    expect(count).toBe(160);
  });

  it('make up for a long stall with one expiry, not with all that were missed', () => {
    const { time, timers } = setup();
    let count = 0;
    const again = () => {
      count += 1;
      timers.set('sync', ms(10), again);
    };
    timers.set('sync', ms(10), again);
    time.stall(ms(1000));
    time.advance(ms(9));
    expect(count).toBe(2);
    time.advance(ms(1));
    expect(count).toBe(3);
  });

  it('survive one that throws', () => {
    const { time, timers, expired, note } = setup();
    timers.set('bad', ms(10), () => {
      throw new Error('bad');
    });
    timers.set('good', ms(20), note('good'));
    expect(() => {
      time.advance(ms(15));
    }).toThrow('bad');
    time.advance(ms(100));
    expect(expired).toHaveLength(1);
  });

  it('run on the system clock', async () => {
    const timers = new Timers(systemTimerClock);
    const start = systemTimerClock.now();
    await new Promise<void>((resolve) => {
      timers.set('once', ms(5), resolve);
    });
    expect(systemTimerClock.now() - start).toBeGreaterThanOrEqual(ms(5));
  });
});
