import { DAY_MS, type Dimension, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/limits.ts';
import type { ObservedLimit } from '../model/observed-limit.ts';
import type { ErrorResponse, Refusal, Stated } from '../model/refusal.ts';
import { type ErrorBody, plainCode, readErrorBody } from './error-body.ts';
import { readLimits } from './headers.ts';
import { saysOverloaded, saysRateLimit } from './limit-words.ts';
import { moneySignOf } from './money.ts';
import { mayRefuse } from './refusing-statuses.ts';
import { serverNow } from './server-time.ts';
import { statedIn } from './stated-limits.ts';
import { waitInBody } from './wait-body.ts';
import { resetAfterMs, retryAfterMs } from './wait-headers.ts';

type Kind = Refusal['kind'];

/** Between two times of one response that mean the same. */
const MOST_APART_MS = 5 * SECOND_MS;

const NOTHING_STATED: Stated = { limits: [], concurrency: undefined };

/**
 * An error, wherever it stands: a response, or the object in a body or an event that came with 200,
 * which has no `status`.
 */
export interface StatedError {
  readonly status?: number | undefined;
  readonly headers: Pick<Headers, 'get'>;
  /** The text of a response, or an object. */
  readonly body: unknown;
  /** Milliseconds since the epoch, by the wall clock. */
  readonly now: number;
}

/** What the rules below look at. `now` is the server's, as far as it is known. */
interface RefusalEvidence extends StatedError {
  readonly read: ErrorBody;
}

/**
 * Classifies an error response; `undefined` for an error that isn't about limits. One function for
 * all providers, because their codes don't contradict each other. Never throws.
 *
 * @example
 * classify({ status: 529, headers, body: '', now })?.kind // 'capacity'
 */
export function classify(response: ErrorResponse): Refusal | undefined {
  return refusalOf(response);
}

/**
 * The same for an error that needn't be a response.
 *
 * @example
 * refusalOf({ headers, body: { error: { code: 'rate_limit_exceeded' } }, now })?.kind // 'rate'
 */
export function refusalOf(error: StatedError): Refusal | undefined {
  const { status, headers, body } = error;
  if (status !== undefined && !mayRefuse(status)) return undefined;
  const evidence = { ...error, now: serverNow(headers, error.now), read: readErrorBody(body) };
  const kind = kindOf(evidence);
  if (kind === undefined) return undefined;
  return {
    kind,
    retryAfterMs: waitOf(evidence, kind),
    dimension: dimensionOf(evidence, kind),
    retryable: isRetryable(evidence, kind),
    stated: kind === 'money' || kind === 'capacity' ? NOTHING_STATED : statedIn(evidence.read),
  };
}

/** The first matching rule decides. Calls that can never pass come before those that can later. */
function kindOf(evidence: RefusalEvidence): Kind | undefined {
  if (isMoney(evidence)) return 'money';
  if (isTooLarge(evidence)) return 'too-large';
  if (isRamp(evidence)) return 'ramp';
  if (isCapacity(evidence)) return 'capacity';
  if (!isLimit(evidence)) return undefined;
  return isDaily(evidence) ? 'daily' : 'rate';
}

/** This key has no quota for the model at all; not what is left of one, nor of slots. */
const NO_QUOTA =
  /(?<!\b(?:remaining|concurrency) )\blimit: 0(?![.\d]|,\d| ?\/ ?\d| of \d| (?:[a-z]+ ){0,2}(?:remaining|left|free|available)\b)/i;
/** Gemini, also where a gateway quotes it. */
const OF_METRIC = /\bmetric: \S{1,200}, limit: 0/i;

function isMoney(evidence: RefusalEvidence): boolean {
  const { status, read } = evidence;
  if (status === 402) return true;
  const saysWait = (): boolean => askedWait(evidence, false) !== undefined;
  if (moneySignOf(read, { saysWait }) !== undefined) return true;
  if (status !== 429) return false;
  // Gemini states a wait beside it, which leads to nothing; others state one where there is a limit.
  const isNone = NO_QUOTA.test(read.message) && (OF_METRIC.test(read.message) || !saysWait());
  return isNone || hasNoRequests(evidence);
}

function hasNoRequests(evidence: RefusalEvidence): boolean {
  return limitsOf(evidence).some(({ dimension, limit }) => dimension === 'requests' && limit === 0);
}

const LIMIT_AND_REQUESTED =
  /\blimit:? ([\d,]{1,20}),(?: used:? [\d,]{1,20},)? requested:? ~?([\d,]{1,20})/i;

/**
 * OpenAI's message leaves out `Used`; Groq's status is 413, also for a call that fits later, or 429
 * (2024), and what was requested is about so much: `~12903`.
 */
function isTooLarge(evidence: RefusalEvidence): boolean {
  const { status, read } = evidence;
  if (status === 413 ? !saysRateLimit(read) : status !== 429 && status !== undefined) return false;
  const [, limit, requested] = LIMIT_AND_REQUESTED.exec(read.message) ?? [];
  if (limit !== undefined && requested !== undefined) return countOf(requested) > countOf(limit);
  return (status === 413 ? /\btoo large\b/i : /\brequest too large\b/i).test(read.message);
}

function countOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}

/** OpenAI: `slow_down` (2026), 503 "Slow Down" before. Anthropic: `ramp_limit_exceeded`. */
function isRamp({ status, read }: RefusalEvidence): boolean {
  const isCode = read.codes.some((code) =>
    /^(?:slowdown|ramplimitexceeded)$/.test(plainCode(code)),
  );
  return isCode || (status === 503 && /^slow down\b/i.test(read.message));
}

/** OpenRouter's own refusals show its limits; those of a provider behind it don't. */
function isCapacity(evidence: RefusalEvidence): boolean {
  const { status, read } = evidence;
  if (status === 403 || status === 413 || status === 420) return false;
  if (saysOverloaded(read)) return true;
  if (status === 503 || status === 529) return !saysRateLimit(read);
  if (status === 498) return /\bcapacity\b/i.test(read.message);
  const isUpstreams = status === 429 && read.upstream !== undefined;
  return isUpstreams && limitsOf(evidence).length === 0;
}

/** Spring's 420 is a failed method. */
function isLimit({ status, read }: RefusalEvidence): boolean {
  if (status === 429) return true;
  if (status === 420) return !/\bmethod failure\b/i.test(read.message);
  return saysRateLimit(read);
}

/**
 * OpenAI, Groq, OpenRouter, Bedrock, Cloudflare, slowapi in words; Gemini and GitHub in a quota's id.
 * Other languages are a guess.
 */
const DAILY =
  /\bper(?: 1)?[ -]day\b|\bdaily\b|\bweekly\b|\b[RT]PD\b|PerDay|ByDay|\bper 86400 ?s\b|每[天日]|[今当]日|\b(?:for|used|left|requests|quota) today\b|\b(?:again|until|resets?|back) tomorrow\b|\b24[ -]?(?:h|hours?)\b[^.\n]{0,20}\b(?:limit|quota)\b|\btageslimit|\bdiari[oa]\b|\bquotidien|\bgiornalier|суточн|дневн|1日|하루|일일/i;
const PER_MINUTE = /\bper[ -]min(?:ute)?\b|PerMinute/i;

function isDaily(evidence: RefusalEvidence): boolean {
  const text = textOf(evidence);
  if (DAILY.test(text)) return true;
  return !PER_MINUTE.test(text) && (exhausted(evidence)?.windowMs ?? 0) >= DAY_MS;
}

function textOf({ read }: RefusalEvidence): string {
  return [read.message, ...read.codes, ...read.quotas.flatMap(({ names }) => names)].join('\n');
}

function limitsOf({ headers, read, now }: RefusalEvidence): ObservedLimit[] {
  const shown = readLimits(headers, now);
  return shown.length > 0 ? shown : readLimits(read.headers, now);
}

/** Of the exhausted limits, the one that takes longest to reset. */
function exhausted(evidence: RefusalEvidence): ObservedLimit | undefined {
  return limitsOf(evidence)
    .filter(({ remaining }) => remaining === 0)
    .sort((a, b) => (b.resetMs ?? 0) - (a.resetMs ?? 0))[0];
}

/**
 * From the headers, else from the body, else the reset of the exhausted limit, or the only one. An
 * error of the server can't be sure of a wait that no SDK obeys, whatever it says of limits.
 */
function waitOf(evidence: RefusalEvidence, kind: Kind): number | undefined {
  if (kind === 'money' || kind === 'too-large') return undefined;
  const asked = inSeconds(askedWait(evidence, kind === 'daily'), exhausted(evidence)?.resetMs);
  const isServers = kind === 'rate' && (evidence.status ?? 0) >= 500;
  if (isServers && (asked ?? 0) > MINUTE_MS) return undefined;
  if (asked !== undefined || kind === 'capacity') return asked;
  const { headers, read, now } = evidence;
  const dimension = dimensionOf(evidence, kind);
  const only = dimension === 'concurrency' ? undefined : dimension;
  return (
    exhausted(evidence)?.resetMs ??
    resetAfterMs(headers, only, now) ??
    resetAfterMs(read.headers, only, now)
  );
}

/**
 * Some hosts write milliseconds into `retry-after` (fastify/fastify-rate-limit#301): a thousand times
 * what they say of the limit beside it.
 */
function inSeconds(asked: number | undefined, resetMs: number | undefined): number | undefined {
  if (asked === undefined || resetMs === undefined || asked < HOUR_MS) return asked;
  const meant = asked / SECOND_MS;
  return Math.abs(meant - resetMs) <= MOST_APART_MS ? meant : asked;
}

/** The headers of the response of a 200 aren't about the error that its body holds. */
function askedWait(
  { status, headers, read, now }: RefusalEvidence,
  isDaily: boolean,
): number | undefined {
  const asked = status === undefined ? undefined : retryAfterMs(headers, now);
  return asked ?? retryAfterMs(read.headers, now) ?? waitInBody(read, isDaily, now);
}

/** The order matters: "input tokens per minute" is not a limit on all tokens. */
const DIMENSIONS: readonly (readonly [RegExp, Dimension | 'concurrency'])[] = [
  [/\bconcurren(?:cy|t requests)\b/i, 'concurrency'],
  [/\binput tokens per\b|input_token(?:_count|s_per_)|InputTokens/i, 'inputTokens'],
  [/\boutput tokens per\b|output_token(?:_count|s_per_)|OutputTokens/i, 'outputTokens'],
  [
    /\btokens per\b|_tokens_per_|\(TP[MD]\)|\bTP[MD] (?:rate )?limit\b|\bfor TP[MD]\b|TPMExceeded|\btoken (?:rate )?limit\b|\btoo many tokens\b|^tokens$|^token_quota_exceeded$/im,
    'tokens',
  ],
  [
    /\brequests per\b|\(RP[MD]\)|\bRP[MD] (?:rate )?limit\b|\bfor RP[MD]\b|RPMExceeded|\bcall rate limit\b|_requests(?:\b|_per_)|^requests$|^request_quota_exceeded$/im,
    'requests',
  ],
];

function dimensionOf(evidence: RefusalEvidence, kind: Kind): Refusal['dimension'] {
  if (kind === 'money' || kind === 'capacity') return undefined;
  const text = textOf(evidence);
  const named = DIMENSIONS.find(([pattern]) => pattern.test(text))?.[1];
  return named ?? exhausted(evidence)?.dimension;
}

function isRetryable({ headers }: RefusalEvidence, kind: Kind): boolean {
  if (kind === 'money' || kind === 'too-large') return false;
  return headers.get('x-should-retry')?.trim().toLowerCase() !== 'false';
}
