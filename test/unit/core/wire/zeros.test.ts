import { describe, expect, it } from 'vitest';
import { zeros } from '../../../../src/core/wire/codec.js';

describe('zeros', () => {
  it('have what they are given to themselves, however many and long they are', () => {
    const lengths = [0, 1, 64, 255, 4_095, 4_096, 4_097, 65_535];
    const cuts = Array.from({ length: 40 }, () => lengths.map((length) => zeros(length))).flat();
    for (const [index, cut] of cuts.entries()) {
      expect(cut.every((octet) => octet === 0)).toBe(true);
      cut.fill((index % 255) + 1);
    }
    for (const [index, cut] of cuts.entries()) {
      expect(cut.length).toBe(lengths[index % lengths.length]);
      expect(cut.every((octet) => octet === (index % 255) + 1)).toBe(true);
    }
  });
});
