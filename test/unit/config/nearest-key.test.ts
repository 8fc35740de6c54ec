import { expect, test } from 'vitest';
import { nearestKey } from '../../../src/config/nearest-key.js';

const keys = ['interface', 'ingressLatency', 'egressLatency', 'delayAsymmetry'];

test.each([
  ['interfce', 'interface'],
  ['delay_asymmetry', 'delayAsymmetry'],
  ['Egress-Latency', 'egressLatency'],
  ['ingresLatencey', 'ingressLatency'],
])('%s means %s', (typed, meant) => {
  expect(nearestKey(typed, keys)).toBe(meant);
});

test.each(['colour', 'x', 'latency'])('%s is not a slip of any', (typed) => {
  expect(nearestKey(typed, keys)).toBeUndefined();
});

test('nothing to choose from', () => {
  expect(nearestKey('a', [])).toBeUndefined();
});
