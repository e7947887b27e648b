import type { Dimension } from '../model/limits.ts';
import { type HeaderSource, namesIn } from './header-source.ts';
import { readIetfLimits } from './ietf-limits.ts';
import { parseCount, parseResetMs } from './reset-time.ts';
import { serverNow } from './server-time.ts';

/** In milliseconds, whatever comes before it: `x-ms-retry-after-ms` is Azure Cosmos DB's. */
const EXACT = /(?:^|[-_])retry[-_]?(?:after|in)[-_](?:ms|millis|milliseconds)$/;
/**
 * In seconds, as a date, or in whatever else `parseResetMs` reads; also of one limit of several: Kong's
 * `x-ai-ratelimit-retry-after-minute-openai`, NestJS's `retry-after-short`.
 */
const WAIT =
  /(?:^|[-_])retry[-_]?(?:after|in)(?:[-_](?:s|sec|secs|seconds|short|medium|long|(?:minute|hour|day)(?:[-_]\w{1,20})?))?$/;
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

/** `in 30 seconds`, `~30`, `30 sec.` */
const AROUND = /^\s{0,9}(?:[~≈]|(?:in|after|about) )\s{0,9}|\.\s{0,9}$/gi;

/** The longest wait of a list. An HTTP date has a comma of its own. */
function listedMs(line: string | null, now: number): number | undefined {
  if (line === null || line.length > LONGEST) return undefined;
  const bare = line.replaceAll(AROUND, '');
  const whole = parseResetMs(bare, now);
  if (whole !== undefined) return whole;
  const pieces = bare
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

/**
 * Any header that says when a limit starts anew, whoever's: `x-ratelimit-reset-tokens`,
 * `x-app-rate-limit-reset`, `ratelimitbysize-reset` (a guess for Mistral), `x-quota-reset-at`.
 */
const RESET = /(?:rate-?limit|quota|usage-?limit).*[-_]resets?(?:[-_]|$)/;
/** Anthropic's are read as limits; some of them belong to other pools. */
const OTHERS = /(?:^|-)anthropic-/;
/** Of several windows, those count that have nothing left. */
const WINDOW = /[-_](?:hour|day|week|month)$/;
/** What is asked for where names can't be listed. */
const FREQUENT_RESETS: readonly string[] = ['x-ratelimit-reset', 'x-rate-limit-reset'].flatMap(
  (name) => ['', '-after', '-requests', '-tokens', '-input-tokens'].map((end) => name + end),
);

/** The order matters: `ratelimitbysize` counts tokens. */
const COUNTED: readonly (readonly [RegExp, Dimension])[] = [
  [/input/, 'inputTokens'],
  [/output|generated/, 'outputTokens'],
  [/token|bysize/, 'tokens'],
  [/req/, 'requests'],
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
  const names = (namesIn(headers) ?? FREQUENT_RESETS).filter(isReset);
  const behind = names.filter((name) => name.startsWith(BEHIND));
  const own = names.filter((name) => !name.startsWith(BEHIND));
  return (
    shownResetMs(headers, own, dimension, now) ?? shownResetMs(headers, behind, dimension, now)
  );
}

function isReset(name: string): boolean {
  return RESET.test(name) && !OTHERS.test(name);
}

function shownResetMs(
  headers: HeaderSource,
  names: readonly string[],
  dimension: Dimension | undefined,
  now: number,
): number | undefined {
  const at = serverNow(headers, now);
  const shown = names.flatMap((name) => {
    const rest = restBeside(headers, name);
    if ((rest ?? 0) > 0 || (rest === undefined && WINDOW.test(name))) return [];
    const line = headers.get(name);
    const resetMs = /[-_](?:ms|millis)$/.test(name) ? exactMs(line, at) : listedMs(line, at);
    const of = COUNTED.find(([pattern]) => pattern.test(name))?.[1];
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

/** What is left of the limit of which that header says when it starts anew. */
function restBeside(headers: HeaderSource, name: string): number | undefined {
  const beside = name.replace(/resets?/, 'remaining');
  const bare = beside.replace(/[-_](?:after|at|in|ms|millis|time|date|timestamp|seconds)$/, '');
  return parseCount(headers.get(beside) ?? headers.get(bare) ?? '');
}
