import { describe, expect, test } from 'vitest';
import { AnswerHeads } from '../../../src/control/answers.js';

const noon = Date.UTC(2026, 0, 2, 12);

describe('since when', () => {
  test('stays the same from answer to answer, although the clock is slewed', () => {
    const heads = new AnswerHeads();
    const first = heads.head(noon, 60);
    expect(first).toEqual({
      schema: 1,
      at: '2026-01-02T12:00:00.000Z',
      since: '2026-01-02T11:59:00.000Z',
      uptimeSeconds: 60,
    });
    const later = heads.head(noon + 10_250, 70);
    expect(later).toMatchObject({ at: '2026-01-02T12:00:10.250Z', since: first.since });
  });

  test('is another date when the clock of the machine has been set', () => {
    const heads = new AnswerHeads();
    heads.head(0, 60);
    expect(heads.head(noon, 61).since).toBe('2026-01-02T11:58:59.000Z');
  });
});
