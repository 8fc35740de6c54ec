/** From start to clean end of a switch in the foreground. */
import type { ServiceManager } from './machine/service-manager.js';
import type { Switch } from './switch.js';
import { statusLine } from './systemd/status-line.js';

export interface Service {
  readonly close: () => Promise<void>;
}

/**
 * Serves a running switch until it is told to stop, then closes both, the service first.
 * @param serve starts what answers for the switch, as the control socket does
 * @param manager is notified when the switch is ready, while it runs, and when it stops
 * @param onReady called when the manager has been told so
 * @throws what `serve` throws, with the switch closed
 */
export async function runUntilStopped(
  running: Switch,
  serve: () => Promise<Service>,
  stop: AbortSignal,
  manager: ServiceManager,
  onReady: () => void = () => undefined,
): Promise<void> {
  try {
    const service = await serve();
    try {
      manager.ready(
        () => running.heartbeat(),
        () =>
          statusLine({
            ...{ ports: running.ports(), clocks: running.clocks() },
            instances: running.stats().instances,
          }),
      );
      onReady();
      await stopped(stop);
    } finally {
      manager.stopping();
      await service.close();
    }
  } finally {
    running.close();
  }
}

function stopped(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
