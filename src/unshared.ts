import { acrossCopies } from './across-copies.ts';
import { systemClock } from './clock.ts';
import { numberOfText } from './model/fnv.ts';
import { warn } from './warning.ts';

/** So many limiters for one account in so long are no set-up, but one for each request. */
const MANY = 20;
const WITHIN_MS = 600_000;
/** Accounts that are kept in mind. */
const MOST_ACCOUNTS = 100;

interface Made {
  /** When the latest limiters of each account were made; the oldest account first. */
  readonly at: Map<string, number[]>;
  hasWarned: boolean;
}

/**
 * Notes that a client got a limiter of its own, and warns once in the life of the process when that
 * happens again and again for one account: such limiters know nothing of each other, so that they
 * limit nothing.
 *
 * @param credential - its API key, of which nothing is kept but a number
 */
export function noteUnshared(
  host: string,
  credential: string,
  now: number = systemClock.now(),
): void {
  const made = acrossCopies('unshared', (): Made => ({ at: new Map(), hasWarned: false }));
  if (made.hasWarned) return;
  const account = `${host} ${numberOfText(credential)}`;
  const times = [...(made.at.get(account) ?? []), now].slice(-MANY);
  made.at.delete(account);
  made.at.set(account, times);
  const [oldest] = made.at.keys();
  if (made.at.size > MOST_ACCOUNTS && oldest !== undefined) made.at.delete(oldest);
  const [first = now] = times;
  if (times.length < MANY || now - first > WITHIN_MS) return;
  made.hasWarned = true;
  made.at.clear();
  warn(
    'HEADROOM_UNSHARED_LIMITER',
    `withRateLimit has made ${MANY} limiters for one account in ten minutes. They don't know about each other. Wrap one client for all requests, or give one limiter (createRateLimiter) to each client as \`limiter\``,
  );
}
