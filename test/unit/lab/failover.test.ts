import { describe, expect, test } from 'vitest';
import {
  Failover,
  failoverSeconds,
  killAfterSeconds,
  returnAfterSeconds,
  type FollowedClock,
} from '../../../src/lab/failover.js';

const announceTimeoutMs = 1500;
const settleMs = 700;

/** A switch that changes over a while after a grandmaster goes or comes, and locks a while later. */
class Stage {
  nowMs = 0;
  readonly events: string[] = [];
  readonly end = new AbortController();
  readonly failover: Failover;
  #changedAtMs = -Infinity;
  #running = true;

  constructor(onPoll: (stage: Stage) => void = () => undefined) {
    this.failover = new Failover({
      kill: () => {
        this.#change('kill', false);
        return Promise.resolve();
      },
      startAgain: () => this.#change('start', true),
      clock: () => {
        onPoll(this);
        return Promise.resolve(this.#clock());
      },
      better: 'A',
      other: 'B',
      elapsedMs: () => this.nowMs,
      pause: (ms) => {
        this.nowMs += ms;
        return Promise.resolve();
      },
    });
  }

  run(): Promise<void> {
    return this.failover.run(this.end.signal);
  }

  #change(event: string, running: boolean): void {
    this.events.push(`${event} at ${this.nowMs / 1000}`);
    this.#running = running;
    this.#changedAtMs = this.nowMs;
  }

  #clock(): FollowedClock {
    const sinceMs = this.nowMs - this.#changedAtMs;
    const changedOver = sinceMs >= announceTimeoutMs;
    return {
      grandmasterIdentity: this.#running === changedOver ? 'A' : 'B',
      lockState: changedOver && sinceMs < announceTimeoutMs + settleMs ? 'acquiring' : 'locked',
    };
  }
}

describe('the failover', () => {
  test('kills the better grandmaster and brings it back when it says, in the time that it says', async () => {
    const stage = new Stage();
    await stage.run();
    expect(stage.events).toEqual([`kill at ${killAfterSeconds}`, `start at ${returnAfterSeconds}`]);
    expect(stage.nowMs).toBeLessThan(1000 * failoverSeconds);
  });

  test('measures how long it takes to follow the other, and to lock to it', async () => {
    const stage = new Stage();
    await stage.run();
    const { loss, return: back } = stage.failover.report();
    for (const switchOver of [loss, back]) {
      expect(switchOver?.followedAfterMs).toBe(announceTimeoutMs);
      expect(switchOver?.lockedAfterMs).toBe(announceTimeoutMs + settleMs);
    }
    expect([loss?.atSeconds, back?.atSeconds]).toEqual([killAfterSeconds, returnAfterSeconds]);
  });

  test('keeps the largest error of the switch-over, whatever its sign, and none from elsewhere', async () => {
    const stage = new Stage(({ nowMs, failover }) =>
      failover.addError(nowMs < 1000 * returnAfterSeconds ? -nowMs : 7),
    );
    stage.failover.addError(1e9);
    await stage.run();
    stage.failover.addError(1e9);
    const { loss, return: back } = stage.failover.report();
    expect(loss?.worstErrorNs).toBe(1000 * killAfterSeconds + announceTimeoutMs + settleMs);
    expect(back?.worstErrorNs).toBe(7);
  });

  test('ends when the lab does, with what is known by then', async () => {
    const stage = new Stage(({ nowMs, end }) => {
      if (nowMs >= 1000 * killAfterSeconds + 100) end.abort();
    });
    await stage.run();
    expect(stage.events).toEqual([`kill at ${killAfterSeconds}`]);
    const { loss, return: back } = stage.failover.report();
    expect(loss).toEqual({
      atSeconds: killAfterSeconds,
      followedAfterMs: null,
      lockedAfterMs: null,
      worstErrorNs: null,
    });
    expect(back).toBeNull();
  });

  test('kills nobody in a lab that has ended before', async () => {
    const stage = new Stage();
    stage.end.abort();
    await stage.run();
    expect(stage.events).toEqual([]);
    expect(stage.failover.report().loss).toBeNull();
  });
});
