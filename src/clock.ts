/**
 * The one place that knows what time it is. Everything else takes a `Clock` or a `now`, so that a
 * test can be exact and a simulation can run faster than the world.
 */
export interface Clock {
  /** Milliseconds since the epoch; never goes backwards. */
  now(): number;
  /**
   * Runs `callback` once, `delayMs` from now or later. Returns a function that cancels it. What is
   * in the background doesn't keep the process alive by itself.
   */
  setTimeout(callback: () => void, delayMs: number, isBackground?: boolean): () => void;
  /**
   * For clocks that don't go by themselves: no time passes while something that takes no time of
   * theirs is under way. Returns a function that lets it pass again.
   */
  hold?(): () => void;
}

/** A longer delay makes a JavaScript timer fire after 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function later(callback: () => void, delayMs: number, isBackground = false): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const arm = (remainingMs: number): void => {
    const stepMs = Math.min(remainingMs, LONGEST_TIMER_MS);
    const next = remainingMs > stepMs ? () => arm(remainingMs - stepMs) : callback;
    timer = setTimeout(next, Math.ceil(stepMs));
    if (isBackground) unref(timer);
  };
  arm(Math.max(0, delayMs));
  return () => clearTimeout(timer);
}

/** Where a timer is a number, as in browsers, no timer keeps anything alive. */
function unref(timer: unknown): void {
  if (typeof timer !== 'object' || timer === null || !('unref' in timer)) return;
  if (typeof timer.unref === 'function') timer.unref();
}

/** Chance, for jitter: at least 0, below 1. */
export const random: () => number = Math.random;

/** Wall-clock time that a change of the system's clock can't turn back. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: later,
};
