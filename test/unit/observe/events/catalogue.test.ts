import { expect, test } from 'vitest';
import { eventKinds, kindOf, type EventKind } from '../../../../src/observe/events/catalogue.js';
import { read } from '../../../support/project-files.js';

const kinds = Object.keys(eventKinds) as EventKind[];

test('docs/events.md lists every kind, with its severity and how it is told', () => {
  const rows = [...read('docs/events.md').matchAll(/^\| `([a-z-]+)` \| (\w+) \| ([\w, ]+) \|/gm)];
  const told = { once: 'once', condition: 'raised, cleared' } as const;
  expect(rows.map(([, kind, severity, states]) => [kind, severity, states]).sort()).toEqual(
    kinds.map((kind) => [kind, kindOf(kind).severity, told[kindOf(kind).states]]).sort(),
  );
});

test('kinds are in kebab-case', () => {
  expect(kinds.filter((kind) => !/^[a-z]+(-[a-z]+)*$/.test(kind))).toEqual([]);
});
