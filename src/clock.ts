/**
 * The one place that knows what time it is. Everything else takes a `Clock` or a `now`, so that a
 * test can be exact and a simulation can run faster than the world.
 */
export interface Clock {
  /** Milliseconds since the epoch; never goes backwards. */
  now(): number;
  /** Runs `callback` once, `delayMs` from now or later. Returns a function that cancels it. */
  setTimeout(callback: () => void, delayMs: number): () => void;
}

/** A longer delay makes a JavaScript timer fire after 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function later(callback: () => void, delayMs: number): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const arm = (remainingMs: number): void => {
    const stepMs = Math.min(remainingMs, LONGEST_TIMER_MS);
    const next = remainingMs > stepMs ? () => arm(remainingMs - stepMs) : callback;
    timer = setTimeout(next, Math.ceil(stepMs));
  };
  arm(Math.max(0, delayMs));
  return () => clearTimeout(timer);
}

/** Wall-clock time that a change of the system's clock can't turn back. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: later,
};
