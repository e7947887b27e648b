import { SECOND_MS } from '../model/limits.ts';
import { parseCount, parseMoment } from './reset-time.ts';

/** `Date` is cut to seconds, and the response was on its way: so much is no difference of clocks. */
const SLACK_MS = 2 * SECOND_MS;

/**
 * The time by the clock of the server that sent these headers: absolute times of the response are
 * meant by that clock, however wrong ours is. Where the response has no `Date`, or both clocks agree,
 * it is `now`. Milliseconds since the epoch.
 */
export function serverNow(headers: Pick<Headers, 'get'>, now: number): number {
  const date = parseMoment((headers.get('date') ?? '').slice(0, 100).trim());
  if (date === undefined) return now;
  // A cache says how long it has kept the response (RFC 9111, section 5.1).
  const ageMs = (parseCount((headers.get('age') ?? '').slice(0, 20)) ?? 0) * SECOND_MS;
  const behindMs = now - (date + ageMs);
  return behindMs >= 0 && behindMs <= SLACK_MS ? now : date + ageMs;
}
