import { defineConfig } from 'vitest/config';

/** Tests in namespaces that hold times, and what comes when, to limits: other work would make them fail. */
const heldToTimes = [
  'boundary-failover',
  'boundary-following',
  'boundary-ring',
  'bridge-crash',
  'direct-cable',
  'faults',
  'following',
  'peer-to-peer',
  'ring',
  'soak',
].map((name) => `test/netns/${name}.test.ts`);

/** Files that share nothing but compiled code: starting is half of what a short one costs. */
const sharing = { pool: 'forks', isolate: false } as const;

const namespaces = { pool: 'forks', testTimeout: 120_000, hookTimeout: 60_000 } as const;

/** The layers of tests, cheapest first. `vitest --project unit` runs one of them. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'tidy', include: ['test/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          ...sharing,
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,mjs}'],
          // The first test of a file compiles what it imports, beside everything else that runs.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...sharing,
          name: 'property',
          include: ['test/property/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'native',
          include: ['test/native/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 30_000,
        },
      },
      {
        // Virtual time: networks of devices on the engine's own forwarding code.
        test: {
          name: 'sim',
          include: ['test/sim/**/*.test.ts'],
          globalSetup: 'test/sim/harness/simulated-time.ts',
          setupFiles: 'test/sim/harness/each-test.ts',
          ...sharing,
          testTimeout: 60_000,
        },
      },
      {
        // Real interfaces: what the switch and its programs do, however long it takes.
        test: {
          ...namespaces,
          name: 'netns',
          include: ['test/netns/**/*.test.ts'],
          exclude: heldToTimes,
          maxWorkers: 2,
          // Each test of a file has a network of clocks of its own: more of them at once and each waits for the processor.
          maxConcurrency: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Real time: one file at a time, beside it only what takes the processors' idle time (scripts/test.mjs).
        test: {
          ...namespaces,
          name: 'netns-time',
          include: heldToTimes,
          fileParallelism: false,
          maxWorkers: 1,
          // All the clocks of a network, which are measured side by side.
          maxConcurrency: 8,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Boots virtual machines, one a file and each of them one processor's work for minutes. A guest counts its own time,
        // by instructions, and while it measures it has all files in its memory (guest/awake.ts): they bear one another.
        // Skipped where there is no lab.
        test: {
          name: 'hw',
          include: ['test/hw/**/*.test.ts'],
          globalSetup: 'test/hw/compile-guest.ts',
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
