/** So many at once. */
const BURST = 5;
/** And one more for each of these. */
const EVERY_MS = 10_000;

/** Lets at most 5 `limits` events out at once, then one every 10 s: a bucket of events. */
export interface EventThrottle {
  level: number;
  at: number;
}

export function newEventThrottle(now: number): EventThrottle {
  return { level: BURST, at: now };
}

/** Whether one more may be told of now. */
export function passes(throttle: EventThrottle, now: number): boolean {
  const more = Math.max(0, now - throttle.at) / EVERY_MS;
  throttle.level = Math.min(BURST, throttle.level + more);
  throttle.at = now;
  if (throttle.level < 1) return false;
  throttle.level--;
  return true;
}
