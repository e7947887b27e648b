import { expected } from './validate.ts';

/**
 * The one place that knows what time it is. Everything else takes a `Clock` or a `now`, so that a
 * test can be exact and a simulation can run faster than the world.
 */
export interface Clock {
  /** Milliseconds since the epoch; never goes backwards. */
  now(): number;
  /**
   * Runs `callback` once, `delayMs` from now or later. Returns a function that cancels it. A timer in
   * the background doesn't keep the process alive.
   */
  setTimeout(callback: () => void, delayMs: number, isBackground?: boolean): () => void;
  /**
   * For virtual clocks: stops time while the library does something outside of the clock, such as an
   * import. Returns a function that lets time go on.
   */
  hold?(): () => void;
}

/** A clock that you give. Its `setTimeout` may return a function that cancels the timer, or any handle. */
export interface GivenClock extends Omit<Clock, 'setTimeout'> {
  /** Runs `callback` once, `delayMs` from now. Returns a function that cancels it, or a timer's handle. */
  setTimeout(callback: () => void, delayMs: number, isBackground?: boolean): unknown;
  /** Cancels the timer of a handle that `setTimeout` has returned. @default the global `clearTimeout` */
  clearTimeout?(handle: unknown): void;
}

/** The clock that is meant, whatever its `setTimeout` returns. What is canceled never runs. */
function clockFrom(given: GivenClock): Clock {
  return {
    now: () => given.now(),
    setTimeout(callback, delayMs, isBackground) {
      let isOver = false;
      const run = (): void => {
        if (!isOver) callback();
      };
      const handle = given.setTimeout(run, delayMs, isBackground);
      return () => {
        isOver = true;
        if (typeof handle === 'function') handle();
        else if (given.clearTimeout !== undefined) given.clearTimeout(handle);
        else clearTimeout(handle as Parameters<typeof clearTimeout>[0]);
      };
    },
    ...(given.hold !== undefined && { hold: given.hold.bind(given) }),
  };
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

/** A timer is early by less than that where clocks are coarse; by more, only where one is faked. */
const EARLY_MS = 100;

/**
 * A clock of a monotonic reading and of timers, which may contradict each other: tests fake the one
 * and not the other, and put either in place or away while calls wait. Time never goes backwards,
 * and once a timer has fired it is no earlier than the timer was due, so that what waited for it
 * goes.
 */
export function steadyClock(
  read: () => number,
  setTimer: (callback: () => void, delayMs: number, isBackground?: boolean) => () => void,
): Clock {
  /** How far time is ahead of what is read, and the latest of both kinds. */
  let aheadMs = 0;
  let lastRead = Number.NEGATIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  const now = (): number => {
    const time = read();
    if (time < lastRead) aheadMs += lastRead - time;
    lastRead = time;
    latest = Math.max(latest, time + aheadMs);
    return latest;
  };
  const fired = (due: number): void => {
    const earlyMs = due - now();
    if (earlyMs > EARLY_MS) aheadMs += earlyMs;
    latest = Math.max(latest, due);
  };
  return {
    now,
    setTimeout(callback, delayMs, isBackground) {
      const due = now() + Math.max(0, delayMs);
      const fire = (): void => {
        fired(due);
        callback();
      };
      return setTimer(fire, delayMs, isBackground);
    },
  };
}

/** Chance, for jitter: at least 0, below 1. */
export const random: () => number = Math.random;

/** Wall-clock time that a change of the system's clock can't turn back. */
export const systemClock: Clock = steadyClock(
  () => performance.timeOrigin + performance.now(),
  later,
);

/**
 * What the system's clock says, for moments that others have named. After a suspend it is right, while
 * `systemClock` may not have counted the sleep; it may also jump, so that nothing is timed by it.
 * Clocks of users and tests have one time for both.
 */
export function wallNow(clock: Clock): number {
  return clock === systemClock ? Date.now() : clock.now();
}

/**
 * The clock that the option asks for.
 * @throws TypeError for one that is none
 */
export function clockOption(given: GivenClock | undefined): Clock {
  if (given === undefined) return systemClock;
  if (typeof given?.now !== 'function' || typeof given.setTimeout !== 'function') {
    throw expected('clock', 'an object with `now` and `setTimeout`', given);
  }
  return clockFrom(given);
}
