// Preloaded into the switch of the soak test: at SIGUSR2 its JavaScript does nothing else for two seconds.
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers';

const STALL_MS = 2_000;

process.on('SIGUSR2', () => {
  // Not in the handler itself: other signals of the moment are to be handled before.
  setTimeout(() => {
    const end = performance.now() + STALL_MS;
    while (performance.now() < end);
  }, 0);
});
