/** The live screen as it runs: asks the switch again and again, takes keys, draws. */
import { setTimeout as delay } from 'node:timers/promises';
import { pressed } from './keys.js';
import { observe } from './observation.js';
import type { Reading } from './reading.js';
import { render } from './render.js';
import { Screen } from './screen.js';
import { initialState, withObservation, withProblem, type Look } from './state.js';
import type { OwnTerminal } from './terminal.js';

export interface MonitorOptions {
  /** @throws Error with a message for the operator */
  readonly ask: () => Promise<Reading>;
  readonly terminal: OwnTerminal;
  readonly look: Look;
  readonly intervalMs: number;
  readonly stop: AbortSignal;
}

/**
 * Until a key or `stop` ends it; the terminal is then as it was.
 * @throws what the first question throws, before anything is drawn
 */
export async function runMonitor(options: MonitorOptions): Promise<void> {
  const { ask, terminal, look, intervalMs, stop } = options;
  let state = initialState(look, intervalMs);
  const screen = new Screen(terminal);
  const ended = new AbortController();
  const draw = (): void => screen.draw(({ columns, rows }) => render(state, columns, rows));
  const end = (): void => {
    screen.leave();
    ended.abort();
  };
  const suspend = (): void => {
    screen.leave();
    terminal.suspend();
  };
  const observed = (reading: Reading): void => {
    const times = { atMs: performance.now(), unixMs: Date.now() };
    state = withObservation(state, observe(state.latest, reading, times));
  };

  observed(await ask());
  stop.addEventListener('abort', end, { once: true });
  const forget = terminal.listen({
    onKey: (key) => {
      if (key.ctrl && key.name === 'z') return suspend();
      state = pressed(state, key);
      if (state.quit) end();
      else draw();
    },
    onResize: draw,
    onSuspend: suspend,
    onContinue: () => {
      if (ended.signal.aborted) return;
      // Also where it was stopped without being asked: what is on the terminal now is not known.
      screen.leave();
      screen.enter();
      draw();
    },
    onExit: () => screen.leave(),
  });
  try {
    if (stop.aborted) return;
    screen.enter();
    draw();
    while (await passed(intervalMs, ended.signal)) {
      try {
        const reading = await unlessEnded(ask(), ended.signal);
        if (reading === undefined) return;
        observed(reading);
      } catch (error) {
        state = withProblem(state, (error as Error).message, Date.now());
      }
      draw();
    }
  } finally {
    screen.leave();
    forget();
    stop.removeEventListener('abort', end);
  }
}

/** Whether that time has passed; not, if it was ended before. */
function passed(ms: number, ended: AbortSignal): Promise<boolean> {
  return delay(ms, undefined, { signal: ended }).then(
    () => true,
    () => false,
  );
}

/** An answer may take seconds, and a key is to end it at once. */
function unlessEnded<Answer>(
  answer: Promise<Answer>,
  ended: AbortSignal,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const end = (): void => resolve(undefined);
    ended.addEventListener('abort', end, { once: true });
    answer
      .finally(() => ended.removeEventListener('abort', end))
      .then(resolve, (error: unknown) =>
        reject(error instanceof Error ? error : new Error(String(error))),
      );
  });
}
