import { DAY_MS, type Dimension, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/limits.ts';
import type { ObservedLimit } from '../model/observed-limit.ts';
import { remembered } from '../model/remembered.ts';
import { type HeaderSource, isIterable } from './header-source.ts';
import { readIetfLimits } from './ietf-limits.ts';
import { isGoDuration, parseCount, parseDurationMs, parseResetMs } from './reset-time.ts';
import { serverNow } from './server-time.ts';

/** A header family: `*` stands for `limit`, `remaining` and `reset`. */
interface Family {
  readonly name: string;
  readonly dimension: Dimension;
  readonly windowMs?: number;
  /** The family applies only if this header is present too. */
  readonly beside?: string;
}

/**
 * The headers in which providers show their limits. Of families with the same name, the first that
 * applies counts. Not read: Anthropic's `priority`, `fast` and `unified` headers, which are separate
 * pools.
 */
const FAMILIES: readonly Family[] = [
  // OpenAI (rate limits guide, 2026-08; project tokens since 2026-06-26), Azure, Groq, xAI.
  // Groq's requests are per day, and so may be those of a new OpenAI account: the reset shows it.
  { name: 'x-ratelimit-*-requests', dimension: 'requests' },
  { name: 'x-ratelimit-*-tokens', dimension: 'tokens' },
  { name: 'x-ratelimit-*-project-tokens', dimension: 'tokens' },
  { name: 'x-ratelimit-*-project-requests', dimension: 'requests' },
  // Anthropic (docs.claude.com, "Rate limits", 2026-08): all per minute.
  { name: 'anthropic-ratelimit-requests-*', dimension: 'requests', windowMs: MINUTE_MS },
  { name: 'anthropic-ratelimit-tokens-*', dimension: 'tokens', windowMs: MINUTE_MS },
  { name: 'anthropic-ratelimit-input-tokens-*', dimension: 'inputTokens', windowMs: MINUTE_MS },
  { name: 'anthropic-ratelimit-output-tokens-*', dimension: 'outputTokens', windowMs: MINUTE_MS },
  // Cerebras (measured 2026-07-26); its `tokens-minute` is Mistral's too.
  { name: 'x-ratelimit-*-requests-minute', dimension: 'requests', windowMs: MINUTE_MS },
  { name: 'x-ratelimit-*-requests-hour', dimension: 'requests', windowMs: HOUR_MS },
  { name: 'x-ratelimit-*-requests-day', dimension: 'requests', windowMs: DAY_MS },
  { name: 'x-ratelimit-*-tokens-minute', dimension: 'tokens', windowMs: MINUTE_MS },
  { name: 'x-ratelimit-*-tokens-hour', dimension: 'tokens', windowMs: HOUR_MS },
  { name: 'x-ratelimit-*-tokens-day', dimension: 'tokens', windowMs: DAY_MS },
  // Mistral (measured 2026-07): a fixed minute of the wall clock.
  { name: 'x-ratelimit-*-req-minute', dimension: 'requests', windowMs: MINUTE_MS },
  // Instead of it, and beside the minute's tokens (recorded 2025-09).
  { name: 'x-ratelimit-*-req-10-second', dimension: 'requests', windowMs: 10 * SECOND_MS },
  { name: 'x-ratelimit-*-tokens-month', dimension: 'tokens', windowMs: 30 * DAY_MS },
  // Hugging Face's router (recorded 2026).
  { name: 'x-ratelimit-*-minute', dimension: 'requests', windowMs: MINUTE_MS },
  // Fireworks (docs.fireworks.ai, 2026-08): per second.
  { name: 'x-ratelimit-*-tokens-prompt', dimension: 'inputTokens', windowMs: SECOND_MS },
  { name: 'x-ratelimit-*-tokens-generated', dimension: 'outputTokens', windowMs: SECOND_MS },
  // Together (docs.together.ai, 2026-08): per second. OpenRouter has the first name alone, on 429s,
  // for a minute or a day, and says when it ends in epoch ms.
  { name: 'x-tokenlimit-*', dimension: 'tokens', windowMs: SECOND_MS },
  {
    name: 'x-ratelimit-*',
    dimension: 'requests',
    windowMs: SECOND_MS,
    beside: 'x-tokenlimit-limit',
  },
  { name: 'x-ratelimit-*', dimension: 'requests' },
];

/**
 * The limits that a response shows, in no particular order. Never throws: an unreadable header
 * counts as absent. `now` is in milliseconds since the epoch; where the response has a `Date`, its
 * absolute times are relative to that. The IETF's headers count where there are no others.
 *
 * @example
 * readLimits(response.headers, now)
 * // [{ dimension: 'tokens', limit: 150000, remaining: 149984, resetMs: 6, windowMs: 60000 }]
 */
export function readLimits(all: HeaderSource, now: number): ObservedLimit[] {
  const headers = aboutLimits(all);
  const seen: string[] = [];
  const found: ObservedLimit[] = [];
  const at = serverNow(headers, now);
  for (const family of familiesIn(headers)) {
    if (seen.includes(family.name) || !isMeant(family, headers)) continue;
    seen.push(family.name);
    const limit = readFamily(family, headers, at);
    if (limit !== undefined) found.push(limit);
  }
  return found.length > 0 ? found : readIetfLimits(headers, at);
}

/** Azure (2023) and others write two hyphens. */
const TWO_HYPHENS = 'x-rate-limit';
const OTHER_NAMES: readonly string[] = ['date', 'age'];

/** Headers, and their names where these can be listed. */
interface Listed extends HeaderSource {
  readonly names?: Iterable<string>;
}

/** The headers that may say something of limits, read in one go: most names are asked for in vain. */
function aboutLimits(headers: HeaderSource): Listed {
  if (!isIterable(headers)) {
    const twoHyphens = (name: string): string => name.replace(/^x-ratelimit/, 'x-rate-limit');
    return { get: (name) => headers.get(name) ?? headers.get(twoHyphens(name)) };
  }
  const about = new Map<string, string>();
  for (const entry of headers) {
    if (!Array.isArray(entry)) continue;
    const header: unknown = entry[0];
    const value: unknown = entry[1];
    if (typeof header !== 'string' || typeof value !== 'string') continue;
    const name = header.toLowerCase();
    if (!name.includes('limit') && !OTHER_NAMES.includes(name)) continue;
    const usual = name.startsWith(TWO_HYPHENS) ? name.replace(TWO_HYPHENS, 'x-ratelimit') : name;
    if (usual === name || !about.has(usual)) about.set(usual, value);
  }
  return { get: (name) => about.get(name) ?? null, names: about.keys() };
}

function isMeant({ beside }: Family, headers: HeaderSource): boolean {
  return beside === undefined || headers.get(beside) !== null;
}

const PARTS = ['limit', 'remaining', 'reset', 'renewalperiod', 'burst'] as const;

/** The names of each family's headers, in the order of their parts. */
const NAMES = new Map(
  FAMILIES.map(({ name }) => [name, PARTS.map((part) => name.replace('*', part))]),
);

/** The families of which each header may be one: most answers have headers of two of them. */
const FAMILIES_OF = new Map<string, Family[]>();
for (const family of FAMILIES) {
  for (const name of NAMES.get(family.name) ?? []) {
    FAMILIES_OF.set(name, [...(FAMILIES_OF.get(name) ?? []), family]);
  }
}

/** The families that may be there, in the order in which they count. */
function familiesIn({ names }: Listed): readonly Family[] {
  return names === undefined ? FAMILIES : familiesOf([...names]);
}

/** A host's responses have the same headers. */
const familiesOf: (names: readonly string[]) => readonly Family[] = remembered(
  (names) => names.join(),
  (names) => {
    const found = new Set(names.flatMap((name) => FAMILIES_OF.get(name) ?? []));
    return FAMILIES.filter((family) => found.has(family));
  },
);

function readFamily(family: Family, headers: HeaderSource, now: number): ObservedLimit | undefined {
  const [max = '', left = '', back = '', period = '', burst = ''] = NAMES.get(family.name) ?? [];
  const limit = parseCount(headers.get(max) ?? '');
  // IONOS (2026): what remains of ten at once says nothing of 300 a minute.
  const isOfBurst = headers.get(burst) !== null;
  const remaining = isOfBurst ? undefined : parseCount(headers.get(left) ?? '');
  if (limit === undefined && remaining === undefined) return undefined;
  const reset = headers.get(back) ?? '';
  const resetMs = parseResetMs(reset, now);
  const windowMs =
    family.windowMs ??
    // GitHub Models and Azure say it, in seconds.
    positive(parseDurationMs(headers.get(period) ?? '')) ??
    (isGoDuration(reset) ? windowFrom(family.dimension, limit, remaining, resetMs) : undefined);
  return { dimension: family.dimension, limit, remaining, resetMs, windowMs };
}

/** No known daily limit that headers show is higher. */
const MOST_DAILY_REQUESTS = 20_000;
/** A minute's bucket that is in debt by a full bucket refills within two minutes; one is slack. */
const LONGEST_DEBT_MS = 3 * MINUTE_MS;

/**
 * Derives the window of a limit whose header doesn't state it. A bucket that refills continuously
 * shows when it will be full, so its window is `reset · limit / used`. Only OpenAI and Groq are known
 * to count like this, and only they write durations with units. A reset far above a minute proves a
 * daily limit; a little above, it may be a minute's bucket in debt.
 */
function windowFrom(
  dimension: Dimension,
  limit: number | undefined,
  remaining: number | undefined,
  resetMs: number | undefined,
): number | undefined {
  if (!limit || !resetMs || remaining === undefined || remaining >= limit) return undefined;
  const windowMs = (resetMs * limit) / (limit - remaining);
  if (resetMs > MINUTE_MS) {
    return windowMs < LONGEST_DEBT_MS || windowMs > 2 * DAY_MS ? undefined : DAY_MS;
  }
  if (isNear(windowMs, MINUTE_MS)) return MINUTE_MS;
  const mayBeDaily = dimension === 'requests' && limit <= MOST_DAILY_REQUESTS;
  return mayBeDaily && isNear(windowMs, DAY_MS) ? DAY_MS : undefined;
}

/** Within the error of durations that are cut to milliseconds or rounded to seconds. */
function isNear(windowMs: number, expectedMs: number): boolean {
  return Math.abs(windowMs - expectedMs) <= 0.1 * expectedMs;
}

function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}
