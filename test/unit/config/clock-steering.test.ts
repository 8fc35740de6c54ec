/** How a clock is steered, and what it claims in holdover: what is valid, and what is said of what is not. */
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { defaultProfile } from '../../../src/core/profile/default.js';
import { defaultServoSettings } from '../../../src/core/servo/servo.js';
import { fileWith } from './config-files.js';

function load(text: string) {
  return loadConfig(fileWith(text));
}

test('a servo and a holdover', () => {
  const { instances } = load(
    'ports: [a, b]\ninstances: [{type: bc, servo: linreg, holdover: {seconds: 60, clockClass: 135}}]',
  );
  expect(instances).toMatchObject([
    { servo: { kind: 'linreg' }, holdover: { seconds: 60, clockClass: 135 } },
  ]);
});

const servoOf = (settings: string) => {
  const timestamping = settings.includes('system') ? 'software' : 'auto';
  const [clock] = load(
    `timestamping: ${timestamping}\nports: [a, b]\ninstances: [{type: bc, ${settings}}]`,
  ).instances;
  return clock !== undefined && 'servo' in clock ? clock.servo : undefined;
};

test('every threshold of a servo', () => {
  expect(
    servoOf(
      'servo: {kind: linreg, firstStepThreshold: 5us, stepThreshold: never, lockThreshold: 300ns, maxRate: 200ppm}',
    ),
  ).toEqual({
    kind: 'linreg',
    firstStepThresholdNs: 5_000,
    stepThresholdNs: Infinity,
    lockThresholdNs: 300,
    maxRate: 200e-6,
  });
  expect(servoOf('servo: {stepThreshold: 2ms, lockThreshold: Auto}')).toMatchObject({
    kind: 'pi',
    stepThresholdNs: 2e6,
    lockThresholdNs: 'auto',
  });
});

test('what is not said of a servo is as the servo has it by itself', () => {
  const { kind, maxRate, ...durations } = defaultServoSettings;
  expect(servoOf('servo: pi')).toEqual({
    ...{ kind, maxRate },
    firstStepThresholdNs: durations.firstStepThreshold,
    stepThresholdNs: durations.stepThreshold,
    lockThresholdNs: durations.lockThreshold,
  });
});

const clockOf = (settings: string) => {
  const [clock] = load(`ports: [a, b]\ninstances: [{type: bc, ${settings}}]`).instances;
  return clock !== undefined && 'measurement' in clock ? clock : undefined;
};

test('what is not said of measurement is as the profile has it', () => {
  const { measurement, untilLocked } = defaultProfile;
  expect(clockOf('pathTrace: false')).toMatchObject({
    measurement: {
      syncReceiptTimeout: measurement.syncReceiptTimeout,
      maxSyncReceiptTimeoutNs: measurement.maxSyncReceiptTimeout,
      delayReceiptTimeout: measurement.delayReceiptTimeout,
      minLogDelayReqInterval: measurement.toldLogMinDelayReqInterval.min,
      maxLogDelayReqInterval: measurement.toldLogMinDelayReqInterval.max,
      minPathDelayNs: measurement.meanPathDelayNs.min,
      maxPathDelayNs: measurement.meanPathDelayNs.max,
    },
    untilLocked,
  });
});

test('every limit of measurement', () => {
  expect(
    clockOf(
      'untilLocked: Silent, measurement: {syncReceiptTimeout: 3, maxSyncReceiptTimeout: 2s, delayReceiptTimeout: 20, minLogDelayReqInterval: -4, maxLogDelayReqInterval: 0, minPathDelay: -1us, maxPathDelay: 10ms}',
    ),
  ).toMatchObject({
    measurement: {
      ...{ syncReceiptTimeout: 3, maxSyncReceiptTimeoutNs: 2e9, delayReceiptTimeout: 20 },
      ...{ minLogDelayReqInterval: -4, maxLogDelayReqInterval: 0 },
      ...{ minPathDelayNs: -1e3, maxPathDelayNs: 10e6 },
    },
    untilLocked: 'silent',
  });
});

const measurementCases: readonly (readonly [string, string, string])[] = [
  [
    'a key misspelt',
    '{maxPathDelays: 1ms}',
    'switch.yaml:4: instances[0].measurement.maxPathDelays: unknown key; did you mean maxPathDelay?',
  ],
  [
    'a path that is longer than what is set right without one',
    '{maxPathDelay: 2s}',
    'switch.yaml:4: instances[0].measurement.maxPathDelay: "2s" does not fit here; write a duration up to 1s, as in 10ms',
  ],
  [
    'a shortest path that is none',
    '{minPathDelay: 1us}',
    'switch.yaml:4: instances[0].measurement.minPathDelay: "1us" does not fit here; write a duration from -1s to 0, as in -1ms: noise makes it negative',
  ],
  [
    'intervals the wrong way round',
    '{minLogDelayReqInterval: 2, maxLogDelayReqInterval: 0}',
    'switch.yaml:4: instances[0].measurement.maxLogDelayReqInterval: 0 is below minLogDelayReqInterval, 2; write 2 or more',
  ],
  [
    'a timeout that a single lost message is enough for',
    '{syncReceiptTimeout: 1}',
    'switch.yaml:4: instances[0].measurement.syncReceiptTimeout: 1 does not fit here; write a whole number from 2 to 255',
  ],
];

test.each(measurementCases)('of measurement: %s', (_name, measurement, complaint) => {
  const text = `ports: [a, b]\ninstances:\n  - type: bc\n    measurement: ${measurement}`;
  expect(() => load(text)).toThrow(complaint);
});

test.each([
  ['clock: virtual', 0.1],
  ['clock: phc', 500e-6],
  ['clock: system', 500e-6],
  ['clock: phc, servo: {maxRate: 1%}', 0.01],
])('the bound of the rate belongs to what is steered: %s', (settings, maxRate) => {
  expect(servoOf(settings)).toMatchObject({ maxRate });
});

const cases: readonly (readonly [string, string, string])[] = [
  [
    'a clock that holdover makes no better',
    'ports: [a, b]\ninstances:\n  - type: bc\n    clockClass: 187\n    holdover: {seconds: 60}',
    'switch.yaml:5: instances[0].holdover: a clock of clockClass 187 is not better with 193 in holdover; give it a holdover.clockClass below its clockClass, from 128, or leave holdover out',
  ],
  [
    'a holdover of a class that follows nobody',
    'ports: [a, b]\ninstances:\n  - type: bc\n    holdover: {seconds: 60, clockClass: 7}',
    'switch.yaml:4: instances[0].holdover.clockClass: 7 does not fit here; write a whole number from 128 to 254',
  ],
  [
    'a holdover with a key misspelt',
    'ports: [a, b]\ninstances:\n  - type: bc\n    holdover: {seconds: 60, clockClas: 140}',
    'switch.yaml:4: instances[0].holdover.clockClas: unknown key; did you mean clockClass?',
  ],
  [
    'a servo that there is not',
    'ports: [a, b]\ninstances:\n  - type: bc\n    servo: pid',
    'switch.yaml:4: instances[0].servo.kind: "pid" does not fit here; write one of pi, linreg',
  ],
];

const servoCases: readonly (readonly [string, string, string])[] = [
  [
    'a key misspelt',
    '{lockTreshold: 20us}',
    'switch.yaml:4: instances[0].servo.lockTreshold: unknown key; did you mean lockThreshold?',
  ],
  [
    'a threshold of nothing',
    '{firstStepThreshold: 0}',
    'switch.yaml:4: instances[0].servo.firstStepThreshold: 0 does not fit here; write a duration above 0, as in 20us or 1ms',
  ],
  [
    'a threshold without its unit',
    '{stepThreshold: 5}',
    'switch.yaml:4: instances[0].servo.stepThreshold: 5 does not fit here; write a duration above 0, as in 20us or 1ms, or never',
  ],
  [
    'another word for a lock',
    '{lockThreshold: never}',
    'switch.yaml:4: instances[0].servo.lockThreshold: "never" does not fit here; write a duration above 0, as in 20us or 1ms, or auto',
  ],
  [
    'a rate that no clock has',
    '{maxRate: 20%}',
    'switch.yaml:4: instances[0].servo.maxRate: "20%" does not fit here; write a rate above 0 and up to 10%, as in 500ppm',
  ],
];

test.each(servoCases)('of a servo: %s', (_name, servo, complaint) => {
  const text = `ports: [a, b]\ninstances:\n  - type: bc\n    servo: ${servo}`;
  expect(() => load(text)).toThrow(complaint);
});

test('a rate that the kernel refuses', () => {
  expect(() =>
    load(
      'timestamping: software\nports: [a, b]\ninstances:\n  - type: bc\n    clock: system\n    servo: {maxRate: 1%}',
    ),
  ).toThrow(
    'switch.yaml:6: instances[0].servo.maxRate: the kernel slews CLOCK_REALTIME by 500 ppm at most; write 500ppm or less, or leave clock: system out',
  );
});

test.each(cases)('%s', (_name, text, complaint) => {
  expect(() => load(text)).toThrow(complaint);
});
