/** What rounding may have added: times since the epoch are exact to 0.00025 ms. */
const ROUNDING_MS = 0.001;
/** Below it a message tells milliseconds too; from so much on hours are easier to read. */
const EXACT_MS = 10_000;
const HOURS_MS = 7_200_000;
const HOUR_MS = 3_600_000;

/**
 * A wait as others are told of it: in whole milliseconds, and never too short. Within, waits are
 * exact.
 */
export function wholeMs(ms: number): number {
  return Math.ceil(Math.max(0, ms - ROUNDING_MS));
}

/**
 * A time span for people to read, rounded up.
 *
 * @example
 * inWords(60_000) // '60 s'
 * inWords(1500) // '1.5 s'
 * inWords(86_400_000) // '24 h'
 */
export function inWords(ms: number): string {
  if (ms < EXACT_MS) return `${wholeMs(ms) / 1000} s`;
  if (ms < HOURS_MS) return `${Math.ceil(wholeMs(ms) / 1000)} s`;
  return `${Math.ceil((wholeMs(ms) / HOUR_MS) * 10) / 10} h`;
}

/** RFC 3339; `null` where it is no date, or one beyond all calendars. */
export function dateOf(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
