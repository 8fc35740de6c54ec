import { describe, expect, test } from 'vitest';
import type { PortState } from '../../../../src/core/datasets/data-sets.js';
import { nextPortState, type PortStateEvent } from '../../../../src/core/bmca/port-state.js';

/** Rows: state before; columns as in `events`. "." means: no change. */
const events: readonly PortStateEvent[] = [
  'RECOMMENDED_MASTER',
  'RECOMMENDED_PASSIVE',
  'RECOMMENDED_SLAVE',
  'RECOMMENDED_SLAVE_OF_NEW_MASTER',
  'ANNOUNCE_RECEIPT_TIMEOUT_EXPIRES',
  'QUALIFICATION_TIMEOUT_EXPIRES',
  'MASTER_CLOCK_SELECTED',
  'SYNCHRONIZATION_FAULT',
];
const figure30 = `
  INITIALIZING . . . . . . . .
  FAULTY       . . . . . . . .
  DISABLED     . . . . . . . .
  LISTENING    PRE_MASTER PASSIVE UNCALIBRATED UNCALIBRATED MASTER . . .
  PRE_MASTER   . PASSIVE UNCALIBRATED UNCALIBRATED . MASTER . .
  MASTER       . PASSIVE UNCALIBRATED UNCALIBRATED . . . .
  PASSIVE      PRE_MASTER . UNCALIBRATED UNCALIBRATED MASTER . . .
  UNCALIBRATED PRE_MASTER PASSIVE . . MASTER . SLAVE .
  SLAVE        PRE_MASTER PASSIVE . UNCALIBRATED MASTER . . UNCALIBRATED`;

describe('port state machine (9.2.5)', () => {
  const rows = figure30.trim().split('\n');
  test.each(rows)('figure 30: %s', (row) => {
    const [before = '', ...cells] = row.trim().split(/\s+/);
    const state = before as PortState;
    expect(events.map((event) => nextPortState(state, event, false))).toEqual(
      cells.map((cell) => (cell === '.' ? state : cell)),
    );
  });

  test('figure 31: a slave-only clock listens instead of being a master', () => {
    expect(nextPortState('SLAVE', 'RECOMMENDED_MASTER', true)).toBe('LISTENING');
    expect(nextPortState('SLAVE', 'ANNOUNCE_RECEIPT_TIMEOUT_EXPIRES', true)).toBe('LISTENING');
    expect(nextPortState('LISTENING', 'RECOMMENDED_SLAVE', true)).toBe('UNCALIBRATED');
  });

  test('a fault is over as soon as it is cleared', () => {
    expect(nextPortState('SLAVE', 'FAULT_DETECTED', false)).toBe('FAULTY');
    expect(nextPortState('FAULTY', 'FAULT_CLEARED', false)).toBe('INITIALIZING');
    expect(nextPortState('INITIALIZING', 'INITIALIZED', false)).toBe('LISTENING');
  });

  test('a disabled port stays so until it is enabled', () => {
    expect(nextPortState('MASTER', 'DESIGNATED_DISABLED', false)).toBe('DISABLED');
    expect(nextPortState('DISABLED', 'FAULT_DETECTED', false)).toBe('DISABLED');
    expect(nextPortState('DISABLED', 'DESIGNATED_ENABLED', false)).toBe('INITIALIZING');
  });
});
