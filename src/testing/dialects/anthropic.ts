import type { Level, PoolRefusal } from '../pool.ts';
import {
  type Answer,
  type Dialect,
  type HeaderFields,
  type Problem,
  wholeSeconds,
} from './dialect.ts';

/** Anthropic's Messages API. */
export const anthropic: Dialect = {
  requestIdHeader: 'request-id',
  route: (method, url) => {
    const path = url.pathname;
    if (method === 'GET' && path === '/v1/models') return { kind: 'models' };
    if (method !== 'POST') return undefined;
    if (path === '/v1/messages/count_tokens') return { kind: 'count-tokens' };
    if (path !== '/v1/messages') return undefined;
    return { kind: 'call', operation: 'messages', model: undefined };
  },
  keyOf: (headers) =>
    headers.get('x-api-key') ?? headers.get('authorization')?.replace(/^Bearer /, '') ?? '',
  missing: (maxOutputTokens) => (maxOutputTokens === undefined ? 'missing-max-tokens' : undefined),
  rateHeaders: anthropicRateHeaders,
  refused: anthropicRefusal,
  problem: anthropicProblem,
  countedTokens: (tokens) => ({ input_tokens: tokens }),
  models: (names) => ({
    data: names.map((id) => ({
      type: 'model',
      id,
      display_name: id,
      created_at: '1970-01-01T00:00:00Z',
    })),
    has_more: false,
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
  }),
};

/**
 * The headers of Anthropic's rate-limit page (as of 2026-10): remaining tokens rounded to
 * thousands, resets as RFC 3339 times of full replenishment, and `tokens` for the limit of all
 * tokens, or else for input and output together.
 */
export function anthropicRateHeaders(levels: readonly Level[], now: number): HeaderFields {
  const find = (name: Level['name']) => levels.find((level) => level.name === name);
  const [input, output] = [find('itpm'), find('otpm')];
  return {
    ...group('requests', find('rpm') ?? find('rpd'), 1, now),
    ...group('input-tokens', input, 1000, now),
    ...group('output-tokens', output, 1000, now),
    ...group('tokens', find('tpm') ?? find('tpd') ?? together(input, output), 1000, now),
  };
}

function group(what: string, level: Level | undefined, unit: number, now: number): HeaderFields {
  if (level === undefined) return {};
  const name = `anthropic-ratelimit-${what}`;
  const reset = new Date(Math.ceil((now + level.resetMs) / 1000) * 1000);
  return {
    [`${name}-limit`]: String(level.limit),
    [`${name}-remaining`]: String(Math.round(level.remaining / unit) * unit),
    [`${name}-reset`]: reset.toISOString().replace('.000Z', 'Z'),
  };
}

function together(input: Level | undefined, output: Level | undefined): Level | undefined {
  if (input === undefined || output === undefined) return undefined;
  return {
    name: 'tpm',
    limit: input.limit + output.limit,
    remaining: input.remaining + output.remaining,
    resetMs: Math.max(input.resetMs, output.resetMs),
  };
}

const PHRASES: Readonly<Record<PoolRefusal['name'], string>> = {
  rpm: 'requests per minute',
  rpd: 'requests per day',
  tpm: 'tokens per minute',
  tpd: 'tokens per day',
  itpm: 'input tokens per minute',
  otpm: 'output tokens per minute',
  concurrency: 'concurrent connections',
};

/** Where a call is larger than the limit: there is no such case in the documentation. */
const NEVER_SECONDS = '60';

/** Worded as in real messages (public bug reports of 2026). */
function anthropicRefusal({ name, limit, waitMs }: PoolRefusal, call: { model: string }): Answer {
  const amount = `${limit.toLocaleString('en-US')} ${PHRASES[name]}`;
  const message =
    `This request would exceed your organization's rate limit of ${amount} (org: simulator, ` +
    `model: ${call.model}). For details, refer to: https://docs.claude.com/en/api/rate-limits.`;
  const seconds = waitMs === Infinity ? NEVER_SECONDS : wholeSeconds(waitMs);
  return {
    status: 429,
    headers: waitMs === 0 ? {} : { 'retry-after': seconds },
    body: errorBody('rate_limit_error', message),
  };
}

interface ProblemText {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly retryAfter?: string;
  readonly errorCode?: string;
}

const TEXTS: Readonly<Record<Problem, ProblemText>> = {
  'not-found': {
    status: 404,
    type: 'not_found_error',
    message: "Not found: the simulator's `provider` has no such path",
  },
  'bad-json': { status: 400, type: 'invalid_request_error', message: 'The body is not valid JSON' },
  'missing-model': { status: 400, type: 'invalid_request_error', message: 'model: Field required' },
  'missing-max-tokens': {
    status: 400,
    type: 'invalid_request_error',
    message: 'max_tokens: Field required',
  },
  unauthorized: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
  'slow-down': {
    status: 429,
    type: 'rate_limit_error',
    message: 'This request would exceed the acceleration limit of your organization.',
    retryAfter: '60',
    errorCode: 'ramp_limit_exceeded',
  },
  'insufficient-quota': {
    status: 429,
    type: 'rate_limit_error',
    message: 'Your organization has reached its spend limit.',
    errorCode: 'enforced_spend_limit_reached',
  },
  'malformed-retry-after': {
    status: 429,
    type: 'rate_limit_error',
    message: "This request would exceed your organization's rate limit.",
    retryAfter: 'soon',
  },
  500: { status: 500, type: 'api_error', message: 'Internal server error' },
  503: { status: 503, type: 'api_error', message: 'Service unavailable' },
  529: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
};

function anthropicProblem(problem: Problem): Answer {
  const { status, type, message, retryAfter, errorCode } = TEXTS[problem];
  const headers: HeaderFields = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return { status, headers, body: errorBody(type, message, errorCode) };
}

function errorBody(type: string, message: string, errorCode?: string): unknown {
  const details = errorCode === undefined ? {} : { details: { error_code: errorCode } };
  return { type: 'error', error: { type, message, ...details } };
}
