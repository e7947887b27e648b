import { DAY_MS, type Dimension } from '../model/limits.ts';
import type { ObservedLimit } from '../model/observed-limit.ts';
import type { ErrorResponse, Refusal, Stated } from '../model/refusal.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import { readLimits, retryAfterMs } from './headers.ts';
import { parseDurationMs } from './reset-time.ts';
import { statedIn } from './stated-limits.ts';

type Kind = Refusal['kind'];

const NOTHING_STATED: Stated = { limits: [], concurrency: undefined };

/** What the rules below look at. */
interface Evidence {
  readonly response: ErrorResponse;
  readonly body: ErrorBody;
}

/** Codes that have the same meaning with any status. */
const CODES: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  // OpenAI (error codes guide, 2026-10; the billing_ and usage_ ones as seen in the wild) and
  // Anthropic (docs.claude.com, "Errors", 2026-08).
  money: [
    'insufficient_quota',
    'credit_balance_exhausted',
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
    'billing_hard_limit_reached',
    'billing_not_active',
    'usage_limit_reached',
    'enforced_spend_limit_reached',
    'contract_spend_limit_reached',
    'billing_error',
  ],
  ramp: ['slow_down', 'ramp_limit_exceeded'],
  // OpenAI, its flex tier, Anthropic and Cerebras.
  capacity: [
    'server_is_overloaded',
    'service_unavailable_error',
    'flex_unavailable',
    'resource_unavailable',
    'overloaded_error',
    'queue_exceeded',
  ],
};

/**
 * Classifies an error response; `undefined` for an error that isn't about limits. One function for
 * all providers, because their codes don't contradict each other. Never throws.
 *
 * @example
 * classify({ status: 529, headers, body: '', now })?.kind // 'capacity'
 */
export function classify(response: ErrorResponse): Refusal | undefined {
  const evidence = { response, body: readErrorBody(response.body) };
  const kind = kindOf(evidence);
  if (kind === undefined) return undefined;
  return {
    kind,
    retryAfterMs: waitOf(evidence, kind),
    dimension: dimensionOf(evidence, kind),
    retryable: isRetryable(evidence, kind),
    stated: kind === 'money' || kind === 'capacity' ? NOTHING_STATED : statedIn(evidence.body),
  };
}

/** The first matching rule decides. Calls that can never pass come before those that can later. */
function kindOf(evidence: Evidence): Kind | undefined {
  const { status } = evidence.response;
  if (!mayRefuse(status)) return undefined;
  if (isMoney(evidence)) return 'money';
  if (isTooLarge(evidence)) return 'too-large';
  if (
    hasCode(evidence, 'ramp') ||
    (status === 503 && /^slow down\b/i.test(evidence.body.message))
  ) {
    return 'ramp';
  }
  if (status === 503 || status === 529 || isCapacity(evidence)) return 'capacity';
  if (status !== 429) return undefined;
  return isDaily(evidence) ? 'daily' : 'rate';
}

/**
 * 402: OpenRouter's credits. 413: Groq. Some billing errors have 400 or 403, but no SDK retries
 * those, so there is nothing to decide.
 */
function mayRefuse(status: number): boolean {
  return [402, 413, 429, 503, 529].includes(status);
}

function hasCode({ body }: Evidence, kind: Kind): boolean {
  return body.codes.some((code) => CODES[kind]?.includes(code));
}

/** Gemini and Mistral: this key has no quota for the model at all. */
const NO_QUOTA = /\blimit: 0(?![.\d]|,\d)/i;

function isMoney(evidence: Evidence): boolean {
  const { response, body } = evidence;
  if (response.status === 402 || hasCode(evidence, 'money')) return true;
  if (response.status !== 429) return false;
  return NO_QUOTA.test(body.message) || hasNoRequests(evidence);
}

function hasNoRequests(evidence: Evidence): boolean {
  return limitsOf(evidence).some(({ dimension, limit }) => dimension === 'requests' && limit === 0);
}

const LIMIT_AND_REQUESTED =
  /\blimit:? ([\d,]{1,20}),(?: used:? [\d,]{1,20},)? requested:? ([\d,]{1,20})/i;

/** OpenAI's message leaves out `Used`; Groq's status is 413. */
function isTooLarge({ response, body }: Evidence): boolean {
  if (response.status === 413) return body.codes.includes('rate_limit_exceeded');
  if (response.status !== 429) return false;
  const [, limit = '', requested = ''] = LIMIT_AND_REQUESTED.exec(body.message) ?? [];
  const never = Number(requested.replaceAll(',', '')) > Number(limit.replaceAll(',', ''));
  return never || /\brequest too large\b/i.test(body.message);
}

/** OpenRouter's own refusals show its limits; those of a provider behind it don't. */
function isCapacity(evidence: Evidence): boolean {
  if (evidence.response.status !== 429) return false;
  const isUpstreams = evidence.body.upstream !== undefined && limitsOf(evidence).length === 0;
  return isUpstreams || hasCode(evidence, 'capacity');
}

/** OpenAI, Groq and OpenRouter in words; Gemini in its quota's id. */
const DAILY = /\bper[ -]day\b|\b[RT]PD\b|PerDay/i;
const PER_MINUTE = /\bper[ -]min(?:ute)?\b|PerMinute/i;

function isDaily(evidence: Evidence): boolean {
  const text = textOf(evidence);
  if (DAILY.test(text)) return true;
  return !PER_MINUTE.test(text) && (exhausted(evidence)?.windowMs ?? 0) >= DAY_MS;
}

function textOf({ body }: Evidence): string {
  return [body.message, ...body.codes, ...body.quotas.flatMap(({ names }) => names)].join('\n');
}

function limitsOf({ response, body }: Evidence): ObservedLimit[] {
  const shown = readLimits(response.headers, response.now);
  return shown.length > 0 ? shown : readLimits(body.headers, response.now);
}

/** Of the exhausted limits, the one that takes longest to reset. */
function exhausted(evidence: Evidence): ObservedLimit | undefined {
  return limitsOf(evidence)
    .filter(({ remaining }) => remaining === 0)
    .sort((a, b) => (b.resetMs ?? 0) - (a.resetMs ?? 0))[0];
}

/** From the headers, else from the body, else the reset of the exhausted limit. */
function waitOf(evidence: Evidence, kind: Kind): number | undefined {
  if (kind === 'money' || kind === 'too-large') return undefined;
  const { response, body } = evidence;
  const asked = retryAfterMs(response.headers, response.now);
  if (asked !== undefined) return asked;
  // Gemini gives a delay of seconds for a quota that comes back at midnight (2026-07).
  const misleads = kind === 'daily' && body.quotas.length > 0;
  const said = misleads ? undefined : (delayOf(body) ?? waitIn(body.message));
  return said ?? (kind === 'capacity' ? undefined : exhausted(evidence)?.resetMs);
}

function delayOf({ retryDelay }: ErrorBody): number | undefined {
  return retryDelay === undefined ? undefined : parseDurationMs(retryDelay);
}

const WAIT =
  /\b(?:try again|retry) (?:in|after) (\d[\dhms.]{0,40})(?!\w)(?: (ms|milli|min|hour|day))?/i;

const SPELLED_UNITS: Readonly<Record<string, number>> = {
  ms: 1e-3,
  milli: 1e-3,
  min: 60,
  hour: 3600,
  day: 86_400,
};

/** `Please try again in 7m12s.`; Azure: `Please retry after 10 seconds.` */
function waitIn(message: string): number | undefined {
  const [, amount = '', unit = ''] = WAIT.exec(message) ?? [];
  const waitMs = parseDurationMs(amount.replace(/\.$/, ''));
  return waitMs === undefined ? undefined : waitMs * (SPELLED_UNITS[unit.toLowerCase()] ?? 1);
}

/** The order matters: "input tokens per minute" is not a limit on all tokens. */
const DIMENSIONS: readonly (readonly [RegExp, Dimension | 'concurrency'])[] = [
  [/\bconcurren(?:cy|t requests)\b/i, 'concurrency'],
  [/\binput tokens per\b|input_token_count|InputTokens/i, 'inputTokens'],
  [/\boutput tokens per\b|output_token_count|OutputTokens/i, 'outputTokens'],
  [/\btokens per\b|\(TP[MD]\)|\btoken rate limit\b|^tokens$|^token_quota_exceeded$/im, 'tokens'],
  [
    /\brequests per\b|\(RP[MD]\)|\bcall rate limit\b|_requests\b|^requests$|^request_quota_exceeded$/im,
    'requests',
  ],
];

function dimensionOf(evidence: Evidence, kind: Kind): Refusal['dimension'] {
  if (kind === 'money' || kind === 'capacity') return undefined;
  const text = textOf(evidence);
  const named = DIMENSIONS.find(([pattern]) => pattern.test(text))?.[1];
  return named ?? exhausted(evidence)?.dimension;
}

function isRetryable({ response }: Evidence, kind: Kind): boolean {
  if (kind === 'money' || kind === 'too-large') return false;
  return response.headers.get('x-should-retry')?.trim().toLowerCase() !== 'false';
}
