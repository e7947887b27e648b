import type { Dimension } from '../model/limits.ts';
import { type HeaderSource, namesIn } from './header-source.ts';
import { readIetfLimits } from './ietf-limits.ts';
import { parseCount, parseResetMs } from './reset-time.ts';
import { serverNow } from './server-time.ts';

/** In milliseconds, whatever comes before it: `x-ms-retry-after-ms` is Azure Cosmos DB's. */
const EXACT = /(?:^|[-_])retry[-_]?after[-_](?:ms|millis|milliseconds)$/;
/** In seconds, as a date, or in whatever else `parseResetMs` reads. */
const WAIT = /(?:^|[-_])retry[-_]?after(?:[-_](?:s|sec|secs|seconds))?$/;
/** GitHub Models. */
const OTHER_WAIT = 'x-ratelimit-timeremaining';
/** They count before those of any vendor. */
const USUAL: readonly string[] = ['retry-after-ms', 'retry-after'];
/** What is asked for where names can't be listed. */
const FREQUENT: readonly string[] = [
  ...USUAL,
  ...['x-ms-retry-after-ms', 'x-retry-after-ms', 'x-retry-after', 'x-ratelimit-retry-after'],
  ...['retry-after-seconds', OTHER_WAIT],
];
/** LiteLLM passes on so what the provider behind it has sent. */
const BEHIND = 'llm_provider-';

/** Whether a header of that name asks for a wait. */
export function isWaitName(name: string): boolean {
  return WAIT.test(name) || EXACT.test(name) || name === OTHER_WAIT;
}

/**
 * The wait in milliseconds that a refusal's headers ask for: `retry-after-ms`, else `retry-after` in
 * seconds, with a unit, as a date, in quotes or as a list, each after any vendor's prefix;
 * `undefined` if it has neither. An exact wait of 0 beside a longer one is rounding: the longer one
 * counts.
 */
export function retryAfterMs(headers: HeaderSource, now: number): number | undefined {
  const at = serverNow(headers, now);
  const names = waitNames(headers);
  const read = (name: string): string | null => headers.get(name);
  const exact = first(names, (name) => (EXACT.test(name) ? exactMs(read(name), at) : undefined));
  if (exact !== undefined && exact > 0) return exact;
  return first(names, (name) => (EXACT.test(name) ? undefined : listedMs(read(name), at))) ?? exact;
}

/** The usual names, then the host's own, then those of a host behind it. */
function waitNames(headers: HeaderSource): readonly string[] {
  const names = namesIn(headers);
  if (names === undefined) return FREQUENT;
  const own = names.filter((name) => isWaitName(name) && !USUAL.includes(name));
  const behind = own.filter((name) => name.startsWith(BEHIND));
  return [...USUAL, ...own.filter((name) => !name.startsWith(BEHIND)), ...behind];
}

function first(
  names: readonly string[],
  read: (name: string) => number | undefined,
): number | undefined {
  for (const name of names) {
    const found = read(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A bare number is milliseconds. */
function exactMs(line: string | null, now: number): number | undefined {
  const [text = ''] = (line ?? '').slice(0, LONGEST).split(',');
  return parseCount(text.replaceAll('"', '')) ?? parseResetMs(text, now);
}

/** `Headers` joins equal lines with a comma; no list of waits is longer. */
const LONGEST = 1000;
const MOST_PIECES = 10;

/** The longest wait of a list. An HTTP date has a comma of its own. */
function listedMs(line: string | null, now: number): number | undefined {
  if (line === null || line.length > LONGEST) return undefined;
  const whole = parseResetMs(line, now);
  if (whole !== undefined) return whole;
  const pieces = line
    .replaceAll(/;[^,]*/g, '')
    .split(',')
    .slice(0, MOST_PIECES);
  const pairs = pieces.slice(1).map((piece, index) => `${pieces[index]},${piece}`);
  return longestWait([...pieces, ...pairs].map((piece) => parseResetMs(piece, now)));
}

export function longestWait(waits: readonly (number | undefined)[]): number | undefined {
  const found = waits.filter((each) => each !== undefined);
  return found.length === 0 ? undefined : Math.max(...found);
}

/** Names of headers that say when a limit starts anew; what comes before and after `reset`. */
const RESET_PREFIXES: readonly string[] = [
  'x-ratelimit-reset',
  'x-rate-limit-reset',
  'ratelimit-reset',
  'rate-limit-reset',
];
const RESET_SUFFIXES: readonly (readonly [string, Dimension | undefined])[] = [
  ['', undefined],
  // Discord and others: in seconds, beside a moment without the suffix.
  ['-after', undefined],
  ['-ms', undefined],
  ['-requests', 'requests'],
  ['-requests-minute', 'requests'],
  ['-tokens', 'tokens'],
  ['-tokens-minute', 'tokens'],
  ['-project-tokens', 'tokens'],
  ['-input-tokens', 'inputTokens'],
  ['-output-tokens', 'outputTokens'],
];

/** Those and others, with the dimension of the limit. */
const RESETS: readonly (readonly [string, Dimension | undefined])[] = [
  ...RESET_PREFIXES.flatMap((prefix) =>
    RESET_SUFFIXES.map(([suffix, of]) => [`${prefix}${suffix}`, of] as const),
  ),
  ['x-ratelimit-requests-reset', 'requests'],
  ['x-ratelimit-tokens-reset', 'tokens'],
  // A guess: Mistral's name for what its other headers count.
  ['ratelimitbysize-reset', 'tokens'],
];

/**
 * The wait until a limit starts anew, of which nothing but that is shown; of several, the longest of
 * `dimension`, else of all. A limit that has something left doesn't count.
 */
export function resetAfterMs(
  headers: HeaderSource,
  dimension: Dimension | undefined,
  now: number,
): number | undefined {
  const behind = { get: (name: string) => headers.get(`${BEHIND}${name}`) };
  return shownResetMs(headers, dimension, now) ?? shownResetMs(behind, dimension, now);
}

function shownResetMs(
  headers: HeaderSource,
  dimension: Dimension | undefined,
  now: number,
): number | undefined {
  const at = serverNow(headers, now);
  const shown = RESETS.flatMap(([name, of]) => {
    if (hasRest(headers, name)) return [];
    const line = headers.get(name);
    const resetMs = name.endsWith('-ms') ? exactMs(line, at) : listedMs(line, at);
    return resetMs === undefined ? [] : [{ of, resetMs }];
  });
  const meant = shown.filter(({ of }) => of !== undefined && of === dimension);
  const ietf = readIetfLimits(headers, at).filter(({ remaining }) => remaining === 0);
  return longestWait(
    [...(meant.length > 0 ? meant : shown), ...ietf, { resetMs: planResetMs(headers, at) }].map(
      ({ resetMs }) => resetMs,
    ),
  );
}

/** Anthropic's plans, whose limits are of hours: only where it is one of these that refuses. */
function planResetMs(headers: HeaderSource, now: number): number | undefined {
  const isPlans = headers.get('anthropic-ratelimit-unified-status') === 'rejected';
  return isPlans ? listedMs(headers.get('anthropic-ratelimit-unified-reset'), now) : undefined;
}

function hasRest(headers: HeaderSource, name: string): boolean {
  const rest = parseCount(headers.get(name.replace('reset', 'remaining')) ?? '');
  return rest !== undefined && rest > 0;
}
