import type { SimulatedCall } from '../call.ts';
import { goDuration } from '../go-duration.ts';
import type { LimitName } from '../limit-names.ts';
import type { PoolRefusal } from '../pool.ts';
import { type Answer, type HeaderFields, type Problem, wholeSeconds } from './dialect.ts';

/** As real messages name the limits (public bug reports, 2024 to 2026). */
const PHRASES: Readonly<Record<LimitName, string>> = {
  rpm: 'requests per min (RPM)',
  rpd: 'requests per day (RPD)',
  tpm: 'tokens per min (TPM)',
  tpd: 'tokens per day (TPD)',
  itpm: 'input tokens per min (ITPM)',
  otpm: 'output tokens per min (OTPM)',
  concurrency: 'concurrent requests',
};
const LEARN_MORE = 'Visit https://platform.openai.com/account/rate-limits to learn more.';

/**
 * The 429 of a limit, worded as in real messages (public bug reports, 2024 to 2026): with a wait
 * cut to whole milliseconds; or, where the call is larger than the limit, without one.
 */
export function openaiRefusal(refusal: PoolRefusal, call: SimulatedCall, withMs: boolean): Answer {
  const type =
    refusal.name.startsWith('r') || refusal.name === 'concurrency' ? 'requests' : 'tokens';
  return {
    status: 429,
    headers: retryAfter(refusal.waitMs, withMs),
    body: errorBody(openaiRefusalMessage(refusal, call.model), type, 'rate_limit_exceeded'),
  };
}

export function openaiRefusalMessage(refusal: PoolRefusal, model: string): string {
  const { name, limit, used, requested, waitMs } = refusal;
  const where = `for ${model} in organization org-simulator on ${PHRASES[name]}: Limit ${limit}`;
  if (waitMs === Infinity) {
    const advice = 'The input or output tokens must be reduced in order to run successfully.';
    return `Request too large ${where}, Requested ${requested}. ${advice} ${LEARN_MORE}`;
  }
  const wait = goDuration(Math.max(1, Math.floor(waitMs)));
  return `Rate limit reached ${where}, Used ${used}, Requested ${requested}. Please try again in ${wait}. ${LEARN_MORE}`;
}

function retryAfter(waitMs: number, withMs: boolean): HeaderFields {
  if (waitMs === Infinity || waitMs === 0) return {};
  const seconds = { 'retry-after': wholeSeconds(waitMs) };
  return withMs ? { ...seconds, 'retry-after-ms': String(Math.ceil(waitMs)) } : seconds;
}

interface ProblemText {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly retryAfter?: string;
}

const TEXTS: Readonly<Record<Problem, ProblemText>> = {
  'not-found': {
    status: 404,
    message: "Invalid URL: the simulator's `provider` has no such path",
    type: 'invalid_request_error',
    code: null,
  },
  'bad-json': {
    status: 400,
    message: 'We could not parse the JSON body of your request.',
    type: 'invalid_request_error',
    code: null,
  },
  'missing-model': {
    status: 400,
    message: 'you must provide a model parameter',
    type: 'invalid_request_error',
    code: null,
  },
  'missing-max-tokens': {
    status: 400,
    message: "Missing required parameter: 'max_tokens'.",
    type: 'invalid_request_error',
    code: 'missing_required_parameter',
  },
  unauthorized: {
    status: 401,
    message: 'Incorrect API key provided.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  'slow-down': {
    status: 429,
    message: 'Your requests have grown too fast. Slow down.',
    type: 'rate_limit_error',
    code: 'slow_down',
    retryAfter: '60',
  },
  'insufficient-quota': {
    status: 429,
    message: 'You exceeded your current quota, please check your plan and billing details.',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  },
  'malformed-retry-after': {
    status: 429,
    message: `Rate limit reached. ${LEARN_MORE}`,
    type: 'requests',
    code: 'rate_limit_exceeded',
    retryAfter: 'soon',
  },
  500: {
    status: 500,
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error',
    code: null,
  },
  503: {
    status: 503,
    message: 'Our servers are currently overloaded. Please try again later.',
    type: 'service_unavailable_error',
    code: 'server_is_overloaded',
  },
  529: { status: 529, message: 'Overloaded', type: 'server_error', code: 'overloaded' },
};

export function openaiProblem(problem: Problem): Answer {
  const { status, message, type, code, retryAfter: seconds } = TEXTS[problem];
  const headers: HeaderFields = seconds === undefined ? {} : { 'retry-after': seconds };
  return { status, headers, body: errorBody(message, type, code) };
}

function errorBody(message: string, type: string, code: string | null): unknown {
  return { error: { message, type, param: null, code } };
}
