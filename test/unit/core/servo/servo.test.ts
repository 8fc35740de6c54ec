import { describe, expect, test } from 'vitest';
import { windowLengths } from '../../../../src/core/servo/laws/linreg-servo.js';
import {
  defaultServoSettings,
  holdOver,
  initialServoState,
  maxOutliers,
  reacquire,
  stepServo,
  type ServoKind,
  type ServoState,
} from '../../../../src/core/servo/servo.js';
import { durationNs } from '../../../../src/core/time/instant.js';
import { seededRandom } from '../../../support/random.js';

/** A clock that the servo steers, against a true time. */
class Loop {
  state: ServoState = initialServoState;
  offsetNs: number;
  rateOffset = 0;
  steps = 0;
  #fresh = true;

  constructor(
    readonly kind: ServoKind,
    public oscillator: number,
    offsetNs: number,
    readonly intervalNs: number,
  ) {
    this.offsetNs = offsetNs;
  }

  sample(errorNs = 0): void {
    this.offsetNs += (this.oscillator + this.rateOffset) * this.intervalNs;
    const { state, action } = stepServo({ ...defaultServoSettings, kind: this.kind }, this.state, {
      offset: durationNs(this.offsetNs + errorNs),
      interval: this.#fresh ? undefined : durationNs(this.intervalNs),
    });
    this.#fresh = false;
    this.state = state;
    if (action.kind !== 'none') this.rateOffset = action.rateOffset;
    if (action.kind === 'step') {
      this.offsetNs -= action.offset;
      this.steps += 1;
    }
  }

  run(samples: number, errorNs: () => number = () => 0): void {
    for (let count = 0; count < samples; ++count) this.sample(errorNs());
  }
}

describe.each<ServoKind>(['pi', 'linreg'])('%s servo', (kind) => {
  test.each([1e9, 62.5e6, 7.8125e6])(
    'an oscillator 80 ppm off is caught after one step, samples %d ns apart',
    (intervalNs) => {
      const loop = new Loop(kind, 80e-6, 5e9, intervalNs);
      loop.run(400);
      expect(loop.steps).toBe(1);
      expect(loop.state.lockState).toBe('locked');
      expect(Math.abs(loop.offsetNs)).toBeLessThan(1);
      expect(loop.state.learnedRateOffset).toBeCloseTo(-80e-6, 9);
    },
  );

  test.each([16e9, 128e9])('so it is by the slowest Syncs, %d ns apart', (intervalNs) => {
    const loop = new Loop(kind, 80e-6, 5e9, intervalNs);
    loop.run(100);
    expect(loop.steps).toBeLessThanOrEqual(2);
    expect(loop.state.lockState).toBe('locked');
    expect(Math.abs(loop.offsetNs)).toBeLessThan(1);
  });

  test('a first offset below the threshold is slewed', () => {
    const loop = new Loop(kind, 0, 15e3, 1e9);
    loop.run(300);
    expect(loop.steps).toBe(0);
    expect(Math.abs(loop.offsetNs)).toBeLessThan(1);
  });

  test('in lock the noise of the samples is averaged', () => {
    const random = seededRandom(1);
    const loop = new Loop(kind, 10e-6, 0, 62.5e6);
    const noise = () => 2000 * (random() - 0.5);
    loop.run(500, noise);
    const squares = Array.from({ length: 1000 }, () => {
      loop.sample(noise());
      return loop.offsetNs ** 2;
    });
    const rms = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    // The noise has an rms of 577 ns.
    expect(rms).toBeLessThan(250);
  });

  test('a wild sample does not move the clock, a master that has moved does', () => {
    const loop = new Loop(kind, 0, 0, 1e9);
    loop.run(50);
    const before = loop.rateOffset;
    loop.sample(500e3);
    expect(loop.rateOffset).toBe(before);
    expect(loop.state.lockState).toBe('locked');
    loop.sample();
    expect(loop.state.outliers).toHaveLength(0);
    loop.run(maxOutliers + 1, () => 5e6);
    expect(loop.steps).toBe(1);
  });

  test('nor does one of another master, which is believed once four have said so', () => {
    const loop = new Loop(kind, 0, 0, 1e9);
    loop.run(50);
    loop.state = reacquire(loop.state);
    loop.sample(50e3);
    loop.sample();
    loop.sample(-50e3);
    loop.run(10);
    expect(Math.abs(loop.offsetNs)).toBeLessThan(1);
    expect(loop.state.lockState).toBe('locked');

    loop.state = reacquire(loop.state);
    loop.run(maxOutliers, () => 50e3);
    expect(Math.abs(loop.offsetNs)).toBeLessThan(1);
    loop.run(300, () => 50e3);
    expect(loop.steps).toBe(0);
    expect(Math.abs(loop.offsetNs + 50e3)).toBeLessThan(100);
  });

  test('two samples in a burst do not make it hurry', () => {
    const loop = new Loop(kind, 10e-6, 0, 125e6);
    loop.run(300);
    const { action } = stepServo({ ...defaultServoSettings, kind }, loop.state, {
      offset: durationNs(100),
      interval: durationNs(5e3),
    });
    // In the usual interval it would be 0.1 ppm; within 5 us it would be as far as the servo goes.
    const change = action.kind === 'slew' ? action.rateOffset - loop.rateOffset : NaN;
    expect(Math.abs(change)).toBeLessThan(0.3e-6);
  });

  test('one late time stamp in ten does no harm to a noisy lock', () => {
    const random = seededRandom(2);
    const loop = new Loop(kind, 10e-6, 0, 62.5e6);
    const noise = () => 1000 * (random() - 0.5) + (random() < 0.1 ? 15e3 : 0);
    loop.run(500, noise);
    let worst = 0;
    for (let count = 0; count < 2000; ++count) {
      loop.sample(noise());
      worst = Math.max(worst, Math.abs(loop.offsetNs));
    }
    expect(loop.state.lockState).toBe('locked');
    expect(worst).toBeLessThan(500);
  });

  test('a path that has become longer is followed after a few samples', () => {
    const loop = new Loop(kind, 0, 0, 62.5e6);
    loop.run(200);
    loop.run(160, () => 5e3);
    expect(loop.steps).toBe(0);
    expect(loop.state.lockState).toBe('locked');
    expect(Math.abs(loop.offsetNs + 5e3)).toBeLessThan(100);
  });

  test.each([1e9, 62.5e6])(
    'a master that returns after holdover is drawn near to without a step, samples %d ns apart',
    (intervalNs) => {
      const loop = new Loop(kind, -30e-6, 0, intervalNs);
      loop.run(300);
      const { steps } = loop;
      loop.state = holdOver(loop.state);
      loop.offsetNs += 900e3;
      loop.run(400);
      expect(loop.steps).toBe(steps);
      expect(loop.state.lockState).toBe('locked');
      expect(Math.abs(loop.offsetNs)).toBeLessThan(10);
    },
  );

  test('it narrows no further than the oscillator is restless', () => {
    const loop = new Loop(kind, 0, 0, 125e6);
    loop.run(500);
    let worst = 0;
    for (let count = 0; count < 400; ++count) {
      // 100 ppb a second, as an oscillator that warms up.
      loop.oscillator += 12.5e-9;
      loop.sample();
      worst = Math.max(worst, Math.abs(loop.offsetNs));
    }
    expect(worst).toBeLessThan(40);
  });

  test('a ramp that no rate could have made at once is believed, with its slope', () => {
    const loop = new Loop(kind, 0, 0, 1e9);
    loop.run(50);
    loop.oscillator += 200e-6;
    loop.run(3);
    expect(loop.state.learnedRateOffset).toBeCloseTo(-200e-6, 8);
    loop.run(30);
    expect(loop.steps).toBe(0);
    expect(Math.abs(loop.offsetNs)).toBeLessThan(1_000);
  });

  test.each([600e-6, 0.01])('a rate that is off by %d is learned', (rateOffset) => {
    const loop = new Loop(kind, rateOffset, 5e9, 125e6);
    loop.run(60);
    expect(loop.state.lockState).toBe('locked');
    expect(loop.state.learnedRateOffset).toBeCloseTo(-rateOffset, 9);
  });

  test('but none beyond the bound of a clock that can do no more', () => {
    const { state, action } = new Array(30).fill(0).reduce(
      ({ state }: ReturnType<typeof stepServo>, _, index) =>
        stepServo({ ...defaultServoSettings, kind, maxRate: 100e-6 }, state, {
          offset: durationNs(20e3 + index * 500e3),
          interval: index === 0 ? undefined : durationNs(1e9),
        }),
      { state: initialServoState, action: { kind: 'none' } } as ReturnType<typeof stepServo>,
    );
    expect(Math.abs(state.learnedRateOffset)).toBeLessThanOrEqual(100e-6);
    expect(action.kind).not.toBe('none');
  });

  test.each([900e-6, 2e-3, 1e-2, 5e-2])(
    'a master whose rate changes by %d in lock is followed at its new rate, after a step or two',
    (change) => {
      const loop = new Loop(kind, 30e-6, 0, 1e9);
      loop.run(60);
      loop.oscillator += change;
      loop.run(40);
      expect(loop.steps).toBeLessThanOrEqual(2);
      expect(Math.abs(loop.offsetNs)).toBeLessThan(1_000);
      expect(loop.state.lockState).toBe('locked');
    },
  );

  test('who refuses every other offset is in no lock, until they are believable again', () => {
    const loop = new Loop(kind, 10e-6, 0, 125e6);
    loop.run(100);
    for (let turn = 0; turn < 20; turn += 1) {
      for (const errorNs of [5e6, -5e6, 5e6, 0]) loop.sample(errorNs);
    }
    expect(loop.state.lockState).toBe('acquiring');
    expect(loop.steps).toBe(0);
    loop.run(60);
    expect(loop.state.lockState).toBe('locked');
  });

  test('jitter of 200 us is a lock as well: the noise is the measure', () => {
    const random = seededRandom(4);
    const loop = new Loop(kind, 10e-6, 0, 1e9);
    const noise = () => 200e3 * (random() - 0.5);
    loop.run(100, noise);
    let locked = 0;
    for (let count = 0; count < 500; ++count) {
      loop.sample(noise());
      if (loop.state.lockState === 'locked') locked += 1;
    }
    expect(locked).toBe(500);
  });

  test('a clock that is on its way is not locked, however even its offsets are', () => {
    const loop = new Loop(kind, 0, 0, 62.5e6);
    loop.run(100);
    loop.state = holdOver(loop.state);
    // Brought down by no more than 500 ppm.
    loop.offsetNs = 900e3;
    let offsetAtLock: number | undefined;
    for (let count = 0; count < 300 && offsetAtLock === undefined; ++count) {
      loop.sample();
      if (loop.state.lockState === 'locked') offsetAtLock = Math.abs(loop.offsetNs);
    }
    expect(offsetAtLock).toBeLessThan(5_000);
  });

  test('holdover keeps the rate that was learned, and a master that returns finds it', () => {
    const loop = new Loop(kind, -30e-6, 0, 1e9);
    loop.run(300);
    const held = holdOver(loop.state);
    expect(held.lockState).toBe('holdover');
    expect(held.learnedRateOffset).toBeCloseTo(30e-6, 9);
    expect(reacquire(held).learnedRateOffset).toBe(held.learnedRateOffset);
    expect(holdOver(initialServoState).lockState).toBe('unlocked');
  });
});

describe('gains that follow from what was seen', () => {
  test('from 40 ppm two samples give the rate, at every interval', () => {
    for (const intervalNs of [1e9, 62.5e6]) {
      const loop = new Loop('pi', 40e-6, 37e9, intervalNs);
      loop.run(3);
      expect(Math.abs(loop.offsetNs)).toBeLessThan(100e3);
      loop.sample();
      expect(Math.abs(loop.offsetNs)).toBeLessThan(1);
    }
  });

  test('a rate that changes by 20 ppm costs what it makes of one interval', () => {
    const random = seededRandom(5);
    const noise = () => 16 * (random() - 0.5);
    const loop = new Loop('pi', -10e-6, 0, 1e9);
    loop.run(300, noise);
    loop.oscillator = 10e-6;
    let worst = 0;
    for (let count = 0; count < 5; ++count) {
      loop.sample(noise());
      worst = Math.max(worst, Math.abs(loop.offsetNs));
    }
    expect(worst).toBeLessThan(20.1e3);
    loop.run(20, noise);
    expect(Math.abs(loop.offsetNs)).toBeLessThan(100);
  });

  test('who has taken a late message for a rate does not do so again', () => {
    const random = seededRandom(6);
    const noise = () => 16 * (random() - 0.5);
    const loop = new Loop('pi', 10e-6, 0, 1e9);
    loop.run(300, noise);
    loop.sample(15e3);
    loop.sample(noise());
    expect(Math.abs(loop.offsetNs)).toBeGreaterThan(10e3);
    loop.sample(noise());
    expect(Math.abs(loop.offsetNs)).toBeLessThan(100);
    for (let count = 0; count < 100; ++count) {
      loop.sample(count % 10 === 0 ? 15e3 : noise());
      expect(Math.abs(loop.offsetNs)).toBeLessThan(100);
    }
  });
});

describe('linear regression', () => {
  test('noise of the samples is averaged more than in the PI servo', () => {
    const rmsOf = (kind: ServoKind): number => {
      const random = seededRandom(3);
      const noise = () => 2000 * (random() - 0.5);
      const loop = new Loop(kind, 10e-6, 0, 125e6);
      loop.run(500, noise);
      const squares = Array.from({ length: 2000 }, () => {
        loop.sample(noise());
        return loop.offsetNs ** 2;
      });
      return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    };
    expect(rmsOf('linreg')).toBeLessThan(0.85 * rmsOf('pi'));
  });

  test('what a wild sample leaves out is not left out of the time', () => {
    const loop = new Loop('linreg', 50e-6, 0, 1e9);
    loop.run(100);
    loop.sample(500e3);
    expect(loop.state.outliers).toHaveLength(1);
    loop.run(3);
    expect(loop.state.learnedRateOffset).toBeCloseTo(-50e-6, 10);
    expect(Math.abs(loop.offsetNs)).toBeLessThan(1);
  });

  test('what it remembers has a bound', () => {
    const loop = new Loop('linreg', 50e-6, 0, 1e9);
    loop.run(1000);
    const { memory } = loop.state;
    const points = memory?.kind === 'linreg' ? memory.points : [];
    expect(points).toHaveLength(Math.max(...windowLengths));
  });
});
