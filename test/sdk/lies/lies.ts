import type { Headers, Wire } from './settings.ts';

/** One answer with something in it that isn't true. What it leaves out is as in an honest one. */
export interface Lie {
  readonly name: string;
  readonly status?: number;
  readonly headers?: Headers;
  readonly body?: unknown;
  readonly usage?: unknown;
  /** Who tells it; anybody, unless it is named. */
  readonly wire?: Wire;
}

/** Families of headers, with a limit that would be true. `*`: limit, remaining or reset. */
const FAMILIES: readonly (readonly [name: string, max: number])[] = [
  ['x-ratelimit-*-requests', 300],
  ['x-ratelimit-*-tokens', 200_000],
  ['x-ratelimit-*-project-tokens', 200_000],
  ['x-ratelimit-*-requests-minute', 300],
  ['x-ratelimit-*-requests-hour', 3000],
  ['x-ratelimit-*-requests-day', 14_400],
  ['x-ratelimit-*-tokens-minute', 200_000],
  ['x-ratelimit-*-tokens-hour', 1_000_000],
  ['x-ratelimit-*-tokens-day', 1_000_000],
  ['x-ratelimit-*-req-minute', 300],
  ['x-ratelimit-*-tokens-prompt', 10_000],
  ['x-ratelimit-*-tokens-generated', 10_000],
  ['x-tokenlimit-*', 10_000],
  ['x-ratelimit-*', 300],
  ['anthropic-ratelimit-requests-*', 300],
  ['anthropic-ratelimit-tokens-*', 250_000],
  ['anthropic-ratelimit-input-tokens-*', 200_000],
  ['anthropic-ratelimit-output-tokens-*', 50_000],
];

type Parts = Readonly<{
  limit?: string;
  remaining?: string;
  reset?: string;
  renewalperiod?: string;
}>;

/** What is said of a limit whose true maximum is `max`. */
const SAID: Readonly<Record<string, (max: number) => Parts>> = {
  'limit 1': () => ({ limit: '1', remaining: '1' }),
  'limit 1, nothing left': () => ({ limit: '1', remaining: '0', reset: '1s' }),
  'limit 0.5': () => ({ limit: '0.5' }),
  'limit 0.001': () => ({ limit: '0.001' }),
  'limit 3': () => ({ limit: '3', remaining: '2' }),
  'limit 40': () => ({ limit: '40', remaining: '40', reset: '1s' }),
  'limit 100': () => ({ limit: '100', remaining: '40', reset: '1s' }),
  'a tenth of the limit': (max) => ({ limit: `${max / 10}`, remaining: `${max / 10}` }),
  'a tenth, nothing left': (max) => ({ limit: `${max / 10}`, remaining: '0' }),
  'nothing left': (max) => ({ limit: `${max}`, remaining: '0', reset: '60s' }),
  'nothing left for a day': (max) => ({ limit: `${max}`, remaining: '0', reset: '24h0m0s' }),
  'nothing left for ever': (max) => ({ limit: `${max}`, remaining: '0', reset: '99999999h' }),
  'less than nothing': (max) => ({ limit: `${max}`, remaining: '-5000000' }),
  'a reset of 1e15': (max) => ({ limit: `${max}`, remaining: '1', reset: '1e15' }),
  'a year, nothing left': (max) => ({ limit: `${max}`, remaining: '0', renewalperiod: '31536000' }),
  'a thousand times the limit': (max) => ({ limit: `${1000 * max}`, remaining: `${1000 * max}` }),
};

function inHeaders([family, max]: (typeof FAMILIES)[number]): Lie[] {
  return Object.entries(SAID).map(([name, said]) => {
    const parts = Object.entries(said(max)).map(([part, text]) => [
      family.replace('*', part),
      text,
    ]);
    return { name: `${family}: ${name}`, headers: Object.fromEntries(parts) };
  });
}

/** Refusals whose text states a limit, but for one of more than nothing they ask for no wait. */
const REFUSALS: readonly (readonly [status: number, message: string])[] = [
  [
    429,
    'Rate limit reached for m on tokens per min (TPM): Limit 1, Used 1. Please try again in 1ms.',
  ],
  [
    429,
    'Rate limit reached for m on tokens per min (TPM): Limit 40, Used 1. Please try again in 1ms.',
  ],
  [
    429,
    'Rate limit reached for m on tokens per min (TPM): Limit 500, Used 1. Please try again in 1ms.',
  ],
  [
    429,
    'Rate limit reached for m on requests per min (RPM): Limit 1, Used 1. Please try again in 1ms.',
  ],
  [
    429,
    'Rate limit reached for m on requests per min (RPM): Limit 3, Used 3. Please try again in 1ms.',
  ],
  [429, 'Rate limit reached for m on requests per min. Limit: 3 / min. Please try again in 1ms.'],
  [429, "This request would exceed your organization's rate limit of 5 input tokens per minute"],
  [429, "This request would exceed your organization's rate limit of 50 output tokens per minute"],
  [429, "This request would exceed your organization's rate limit of 2 requests per minute"],
  [429, 'Your account reached organization max RPM: 1, please try again after 1 seconds'],
  [429, 'Your account reached organization max concurrency: 1, please try again after 1 seconds'],
  [429, 'Your account reached organization TPM rate limit, current: 50, limit: 40'],
  [429, 'Request too large for m on tokens per min (TPM): Limit 1, Requested 20.'],
  [429, 'Request too large for m on tokens per min (TPM): Limit 40, Requested 60.'],
  [413, 'Request too large for m on tokens per minute (TPM): Limit 1, Requested 20.'],
  [413, 'Request too large for m on tokens per minute (TPM): Limit 40, Requested 60.'],
  [413, 'Request too large for m on tokens per day (TPD): Limit 50, Requested 60.'],
];

function inWords([status, message]: (typeof REFUSALS)[number]): Lie {
  const error = { message, type: 'tokens', code: 'rate_limit_exceeded' };
  return { name: `${status}: ${message}`, status, body: { type: 'error', error } };
}

/** Gemini states its limits in details. */
function inDetails(quotaId: string, quotaValue: string): Lie {
  const violations = [{ quotaMetric: 'generate_requests', quotaId, quotaValue }];
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '0.001s' },
  ];
  const message = 'You exceeded your current rate.';
  const error = { code: 429, message, status: 'RESOURCE_EXHAUSTED', details };
  return { name: `429: ${quotaId} ${quotaValue}`, status: 429, body: { error } };
}

const USAGE: readonly unknown[] = [0, -5, 1, 3e6, 1e7, 1e9, 1e15, '12', null, {}, 1e300];

function inUsage(amount: unknown): Lie[] {
  const name = JSON.stringify(amount);
  return [
    { prompt_tokens: amount, completion_tokens: 5 },
    { prompt_tokens: 10, completion_tokens: amount },
    { prompt_tokens: amount, completion_tokens: amount, total_tokens: amount },
    { prompt_tokens: 10, completion_tokens: 5, total_tokens: amount },
    { input_tokens: amount, output_tokens: 5 },
    { input_tokens: 10, output_tokens: amount },
    { input_tokens: 10, output_tokens: 5, cache_creation_input_tokens: amount },
    { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: amount },
  ].map((usage) => {
    const wire = 'input_tokens' in usage ? 'anthropic' : 'openai';
    return { name: `usage ${JSON.stringify(usage)} ${name}`, usage, wire };
  });
}

/** In every place that is read but `retry-after`. */
export const LIES: readonly Lie[] = [
  ...FAMILIES.flatMap(inHeaders),
  ...REFUSALS.map(inWords),
  inDetails('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '1'),
  inDetails('GenerateContentInputTokensPerModelPerMinute-FreeTier', '5'),
  ...USAGE.flatMap(inUsage),
];
