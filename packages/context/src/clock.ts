/** Where a library takes its time from, so that tests can turn the clock by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch; follows the system's clock when that is set. */
  now(): number;
  /** Milliseconds since an arbitrary moment; never goes back. Use it for durations. */
  monotonic(): number;
  /**
   * Calls `fn` once after `ms` milliseconds.
   *
   * @param keepAlive - Whether the process waits for the timer: `true` for one that a pending run depends
   * on, such as the wait before a retry. @defaultValue false
   * @returns Cancels the timer; harmless after it has fired.
   */
  timer(ms: number, fn: () => void, keepAlive?: boolean): () => void;
}

/** The longest delay that Node's timers take; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(ms, fn, keepAlive = false) {
    const timer = setTimeout(fn, Math.min(Math.max(ms, 0), longestTimerMs));
    if (!keepAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};
