import { defineConfig } from 'vitest/config';

/** The layers of tests, cheapest first. `vitest --project unit` runs one of them. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'tidy', include: ['test/*.test.ts'], testTimeout: 30_000 } },
      { test: { name: 'unit', include: ['test/unit/**/*.test.{ts,mjs}'] } },
      { test: { name: 'property', include: ['test/property/**/*.test.ts'], testTimeout: 60_000 } },
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
          pool: 'forks',
          // Scenarios share nothing but compiled code, and starting is half of what a short one costs.
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        // Real interfaces and real time: one file at a time, and nothing else beside it.
        test: {
          name: 'netns',
          include: ['test/netns/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          maxWorkers: 1,
          // Tests of a file that run side by side: with more peers at once the machine's caches are cold whenever a frame
          // passes, which the time stamps show.
          maxConcurrency: 8,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Boots virtual machines, each of them one processor's work for minutes, and the files that it reads another's; one
        // at a time, for a guest's time goes on while it waits. Skipped where there is no lab.
        test: {
          name: 'hw',
          include: ['test/hw/**/*.test.ts'],
          globalSetup: 'test/hw/compile-guest.ts',
          pool: 'forks',
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
