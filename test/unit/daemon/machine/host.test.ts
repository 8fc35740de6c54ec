import { expect, test } from 'vitest';
import { isInList } from '../../../../src/daemon/machine/host.js';

test.each([
  ['0', [0], [1]],
  ['0-3', [0, 3], [4]],
  ['0-1,6,8-9', [0, 1, 6, 8, 9], [2, 5, 7, 10]],
] as const)('the kernel list "%s"', (list, inside, outside) => {
  for (const number of inside) expect(isInList(list, number)).toBe(true);
  for (const number of outside) expect(isInList(list, number)).toBe(false);
});
