/** How a clock is steered, and what it claims in holdover: what is valid, and what is said of what is not. */
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { fileWith } from './config-files.js';

function load(text: string) {
  return loadConfig(fileWith(text));
}

test('a servo and a holdover', () => {
  const { instances } = load(
    'ports: [a, b]\ninstances: [{type: bc, servo: linreg, holdover: {seconds: 60, clockClass: 135}}]',
  );
  expect(instances).toMatchObject([
    { servo: 'linreg', holdover: { seconds: 60, clockClass: 135 } },
  ]);
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
    'switch.yaml:4: instances[0].servo: "pid" does not fit here; write one of pi, linreg',
  ],
];

test.each(cases)('%s', (_name, text, complaint) => {
  expect(() => load(text)).toThrow(complaint);
});
