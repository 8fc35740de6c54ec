/**
 * What the kernel says of the system clock beside the time (adjtimex(2)). Implemented by the addon (addon.ts); given to the
 * daemon, so that tests can put their own in its place.
 */
export interface KernelClockState {
  /** CLOCK_TAI minus CLOCK_REALTIME, seconds; 0: nobody has told the kernel. */
  readonly taiOffset: number;
  /** Somebody keeps the clock synchronised (STA_UNSYNC is clear). */
  readonly synchronised: boolean;
  /** At the end of this UTC day (STA_INS, STA_DEL). */
  readonly leapSecond: 'none' | 'insert' | 'delete';
  /** Bounds of the clock's error, and what it is likely to be. */
  readonly maxErrorUs: number;
  readonly estimatedErrorUs: number;
}

/** What is left out stays as it is. */
export type KernelClockChange = Partial<KernelClockState>;

export interface KernelClock {
  /** Throws an Error whose `code` is ERR_SYSTEM. */
  read(): KernelClockState;
  /** Throws an Error whose `code` is ERR_PERMISSION or ERR_SYSTEM, and whose message is ready for the user. */
  change(change: KernelClockChange): void;
}

/** Of a kernel that nobody has told anything, and that takes nothing: for a switch that is given none. */
export const untoldKernelClock: KernelClock = {
  read: () => ({
    ...{ taiOffset: 0, synchronised: false, leapSecond: 'none' },
    ...{ maxErrorUs: 16_000_000, estimatedErrorUs: 16_000_000 },
  }),
  change: () => undefined,
};

/**
 * The same clock, read by timers, in which nobody could catch anything. Where the kernel refuses to be asked (a seccomp filter without
 * clock_adjtime), that is told once, and all is as with a kernel that has been told nothing.
 */
export function withoutRefusals(
  kernelClock: KernelClock,
  warn: (message: string) => void,
): KernelClock {
  let isTold = false;
  return {
    read: () => {
      try {
        return kernelClock.read();
      } catch (error) {
        if (!isTold)
          warn(`the kernel does not say how its clock is kept: ${(error as Error).message}`);
        isTold = true;
        return untoldKernelClock.read();
      }
    },
    change: (change) => kernelClock.change(change),
  };
}
