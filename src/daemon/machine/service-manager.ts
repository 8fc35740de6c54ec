/**
 * Notifies the service manager that started this process (sd_notify(3), sd_watchdog_enabled(3)): that the switch is
 * ready, how it is, that it still runs, that it stops. Without a service manager it does nothing.
 */

/** Sends lines of NAME=VALUE to the socket that NOTIFY_SOCKET names. @throws Error with a message for the operator */
export type Notify = (address: string, message: string) => void;

/** How many keep-alive messages are sent within the manager's timeout, so that one late message does no harm. */
const keepAlivesPerTimeout = 2;
/** How often the switch is asked how it is, and told of at most. */
const statusIntervalMs = 1000;
const usecsPerMs = 1000;
const nsPerUsec = 1000n;

export class ServiceManager {
  readonly #address: string | undefined;
  readonly #keepAliveMs: number | undefined;
  readonly #notify: Notify;
  readonly #warn: (line: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #statusTimer: NodeJS.Timeout | undefined;
  #latestStatus = '';
  #notifyFailed = false;
  #latestBeat = 0;
  #threadHangs = false;

  /** @param variables the environment: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID */
  constructor(
    variables: Readonly<Record<string, string | undefined>>,
    notify: Notify,
    warn: (line: string) => void,
  ) {
    this.#address = variables['NOTIFY_SOCKET'] || undefined;
    this.#keepAliveMs = keepAliveMsFrom(variables);
    this.#notify = notify;
    this.#warn = warn;
  }

  /**
   * The switch forwards and answers. From now on keep-alive messages are sent, by the same event loop that serves the
   * switch, and only while the forwarding thread answers: so the watchdog notices when either hangs.
   * @param heartbeat grows from one call to the next while the thread runs
   * @param status how the switch is, in one line; asked for only where there is a service manager
   */
  ready(heartbeat: () => number, status: () => string): void {
    this.#tell('READY=1');
    if (this.#address === undefined) return;
    this.#tellStatus(status());
    this.#statusTimer = setInterval(() => this.#tellStatus(status()), statusIntervalMs).unref();
    if (this.#keepAliveMs === undefined) return;
    // Before the first answer there is none: what comes then is more.
    this.#latestBeat = heartbeat();
    this.#timer = setInterval(() => this.#keepAlive(heartbeat()), this.#keepAliveMs).unref();
  }

  #tellStatus(status: string): void {
    if (status === this.#latestStatus) return;
    this.#latestStatus = status;
    this.#tell(`STATUS=${status}`);
  }

  #keepAlive(beat: number): void {
    const hangs = beat === this.#latestBeat;
    this.#latestBeat = beat;
    if (!hangs) this.#tell('WATCHDOG=1');
    if (hangs && !this.#threadHangs) {
      this.#warn('the forwarding thread does not answer: the service manager is told nothing');
    }
    this.#threadHangs = hangs;
  }

  /** The configuration is being read again (sd_notify(3), "RELOADING=1"). */
  reloading(): void {
    // CLOCK_MONOTONIC, by which the manager tells this from the notice of an earlier reload.
    this.#tell(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / nsPerUsec}`);
  }

  /** That is over, whatever came of it: the switch forwards and answers as before. */
  reloaded(): void {
    this.#tell('READY=1');
  }

  /** The switch stops as it was asked to. */
  stopping(): void {
    clearInterval(this.#timer);
    clearInterval(this.#statusTimer);
    // Else it would be shown of a switch that has stopped.
    this.#tellStatus('');
    this.#tell('STOPPING=1');
  }

  #tell(message: string): void {
    if (this.#address === undefined) return;
    try {
      this.#notify(this.#address, message);
      this.#notifyFailed = false;
    } catch (error) {
      // Warned of once only: the manager itself acts when messages stay away.
      if (!this.#notifyFailed) this.#warn((error as Error).message);
      this.#notifyFailed = true;
    }
  }
}

function keepAliveMsFrom(
  variables: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const { WATCHDOG_USEC: usecs, WATCHDOG_PID: pid } = variables;
  const timeoutUsecs = Number(usecs);
  if (!Number.isSafeInteger(timeoutUsecs) || timeoutUsecs <= 0) return undefined;
  // The variables are inherited, so they may be meant for the process that started this one.
  if (pid !== undefined && pid !== '' && Number(pid) !== process.pid) return undefined;
  return Math.max(1, Math.floor(timeoutUsecs / usecsPerMs / keepAlivesPerTimeout));
}
