import { expect, test } from 'vitest';
import { Undo } from '../../../../src/daemon/machine/undo.js';

test('the last is undone first, and once', () => {
  const undone: number[] = [];
  const undo = new Undo();
  for (const step of [1, 2, 3]) undo.add(() => undone.push(step));
  undo.run();
  undo.run();
  expect(undone).toEqual([3, 2, 1]);
});

test('a step that fails keeps none of the others from being undone', () => {
  const undone: number[] = [];
  const undo = new Undo();
  undo.add(() => undone.push(1));
  undo.add(() => {
    throw new Error('eth1: busy');
  });
  undo.add(() => undone.push(3));
  expect(() => undo.run()).toThrow('eth1: busy');
  expect(undone).toEqual([3, 1]);
});

test('after a failure what cannot be undone is told, and hides not what has failed', () => {
  const lines: string[] = [];
  const undo = new Undo();
  undo.add(() => {
    throw new Error('eth1: busy');
  });
  undo.runAfterFailure((line) => lines.push(line));
  expect(lines).toEqual(['not all of it could be undone: eth1: busy']);
});
