import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify } from '../../src/http/refusal.ts';

const NOW = Date.parse('2026-08-14T12:00:00Z');

function refusal(status: number, body: unknown = '', headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify({ status, headers: new Headers(headers), body: text, now: NOW });
}

const openaiError = (
  message: string,
  code: string | null = 'rate_limit_exceeded',
  type = 'tokens',
) => ({
  error: { message, type, param: null, code },
});

describe('OpenAI', () => {
  /** Published 429s (2024 to 2026): a bucket of a minute, wait = (used + requested − limit) / limit · 60 s. */
  test.each([
    [200_000, 162_582, 45_297, '2.363s', 2363],
    [200_000, 199_403, 15_173, '4.372s', 4372],
    [200_000, 154_191, 60_900, '4.527s', 4527],
    [200_000, 130_491, 75_418, '1.772s', 1772],
    [200_000, 187_001, 92_261, '23.778s', 23_778],
    [200_000, 189_522, 20_045, '2.87s', 2870],
    [30_000, 22_999, 12_528, '11.054s', 11_054],
    [200_000, 186_380, 17_874, '1.276s', 1276],
  ])('limit %d, used %d, requested %d: again in %s', (limit, used, requested, wait, waitMs) => {
    const message = `Rate limit reached for gpt-4o in organization org-1 on tokens per min (TPM): Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${wait}. Visit https://platform.openai.com/account/rate-limits to learn more.`;
    expect(refusal(429, openaiError(message))).toMatchObject({
      kind: 'rate',
      retryAfterMs: waitMs,
      dimension: 'tokens',
      retryable: true,
    });
  });

  test.each([
    [
      'requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
      'rate',
      20_000,
    ],
    [
      'requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.',
      'daily',
      432_000,
    ],
    [
      'requests per day (RPD): Limit 10000, Used 10000, Requested 1. Please try again in 8.64s.',
      'daily',
      8640,
    ],
  ])('requests: %s', (text, kind, retryAfterMs) => {
    const message = `Rate limit reached for gpt-4o-mini in organization org-1 on ${text}`;
    expect(refusal(429, openaiError(message, 'rate_limit_exceeded', 'requests'))).toMatchObject({
      kind,
      retryAfterMs,
      dimension: 'requests',
      retryable: true,
    });
  });

  test('the headers come first, then the text, then the exhausted limit', () => {
    const message = 'Rate limit reached. Please try again in 2.363s.';
    const reset = {
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '59s',
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '499',
      'x-ratelimit-reset-requests': '120ms',
    };
    const asked = { ...reset, 'retry-after': '3', 'retry-after-ms': '2500' };
    expect(refusal(429, openaiError(message), asked)?.retryAfterMs).toBe(2500);
    expect(refusal(429, openaiError(message), reset)?.retryAfterMs).toBe(2363);
    expect(refusal(429, '', reset)).toMatchObject({ retryAfterMs: 59_000, dimension: 'tokens' });
    expect(refusal(429, '')).toMatchObject({ kind: 'rate', retryAfterMs: undefined });
  });

  test('an exhausted limit of a day is daily where the text does not say', () => {
    const headers = {
      'x-ratelimit-limit-requests': '200',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '24h0m0s',
    };
    expect(refusal(429, '', headers)).toMatchObject({ kind: 'daily', dimension: 'requests' });
  });

  test.each([
    'Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 45112. The input or output tokens must be reduced in order to run successfully.',
    'Rate limit reached for model `llama3-70b-8192` in organization `org_1` on tokens per minute (TPM): Limit 7000, Used 0, Requested ~12903. Please try again in 50.597142857s.',
  ])('what can never fit: %s', (message) => {
    expect(refusal(429, openaiError(message), { 'retry-after': '5' })).toMatchObject({
      kind: 'too-large',
      retryAfterMs: undefined,
      dimension: 'tokens',
      retryable: false,
    });
  });

  test.each([
    'insufficient_quota',
    'credit_balance_exhausted',
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
    'billing_hard_limit_reached',
    'billing_not_active',
    'usage_limit_reached',
  ])('%s is money', (code) => {
    const message = 'You exceeded your current quota, please check your plan and billing details.';
    const expected = {
      kind: 'money',
      retryAfterMs: undefined,
      dimension: undefined,
      retryable: false,
    };
    expect(refusal(429, openaiError(message, code, 'insufficient_quota'))).toMatchObject(expected);
    expect(refusal(429, openaiError(message, code, 'requests'))).toMatchObject(expected);
  });

  test('load that grew too fast, as it is now and as it was', () => {
    expect(
      refusal(429, openaiError('Slow down', 'slow_down'), { 'retry-after': '30' }),
    ).toMatchObject({
      kind: 'ramp',
      retryAfterMs: 30_000,
    });
    expect(refusal(503, openaiError('Slow Down', null))?.kind).toBe('ramp');
  });

  test.each([
    [503, openaiError('overloaded', 'server_is_overloaded', 'service_unavailable_error')],
    [429, openaiError('no flex capacity', 'flex_unavailable')],
    [429, openaiError('no flex capacity', 'resource_unavailable')],
  ])('%d is capacity', (status, body) => {
    expect(refusal(status, body)).toMatchObject({ kind: 'capacity', dimension: undefined });
  });
});

describe('Azure', () => {
  test('spells out the wait', () => {
    const message =
      'Requests to the ChatCompletions_Create Operation have exceeded token rate limit of your current pricing tier. Please retry after 10 seconds.';
    expect(refusal(429, { error: { code: '429', message } })).toMatchObject({
      kind: 'rate',
      retryAfterMs: 10_000,
      dimension: 'tokens',
    });
    const calls = message.replace('token rate', 'call rate').replace('10 seconds', '2 minutes');
    expect(refusal(429, { error: { code: '429', message: calls } })).toMatchObject({
      retryAfterMs: 120_000,
      dimension: 'requests',
    });
  });
});

describe('Anthropic', () => {
  const error = (type: string, message = '', details?: object) => ({
    type: 'error',
    error: { type, message, details },
    request_id: 'req_1',
  });

  test('ordinary, and which limit', () => {
    const message =
      "This request would exceed your organization's rate limit of 30,000 input tokens per minute.";
    expect(refusal(429, error('rate_limit_error', message), { 'retry-after': '12' })).toMatchObject(
      {
        kind: 'rate',
        retryAfterMs: 12_000,
        dimension: 'inputTokens',
        retryable: true,
      },
    );
  });

  test('ramp', () => {
    const details = { error_code: 'ramp_limit_exceeded' };
    expect(
      refusal(429, error('rate_limit_error', '', details), { 'retry-after': '5' }),
    ).toMatchObject({ kind: 'ramp', retryAfterMs: 5000, retryable: true });
  });

  test.each([
    [429, error('rate_limit_error', '', { error_code: 'enforced_spend_limit_reached' })],
    [429, error('rate_limit_error', '', { error_code: 'contract_spend_limit_reached' })],
    [402, error('billing_error', 'linked org')],
  ])('%d is money', (status, body) => {
    expect(refusal(status, body)).toMatchObject({ kind: 'money', retryable: false });
  });

  test('a spend limit under the status 400 is left to the SDK, which does not retry it', () => {
    const message = 'You have reached your specified API usage limits.';
    expect(refusal(400, error('invalid_request_error', message))).toBeUndefined();
  });

  test('529 is capacity', () => {
    expect(refusal(529, error('overloaded_error', 'Overloaded'))).toMatchObject({
      kind: 'capacity',
      retryable: true,
    });
  });
});

describe('others', () => {
  test('Groq: a day of tokens, and 413 for what never fits', () => {
    const daily =
      'Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_1` on tokens per day (TPD): Limit 100000, Used 99000, Requested 2000. Please try again in 14m24s.';
    expect(refusal(429, openaiError(daily))).toMatchObject({
      kind: 'daily',
      retryAfterMs: 864_000,
    });
    const large =
      'Request too large for model `openai/gpt-oss-120b` in organization `org_1` on tokens per minute (TPM): Limit 8000, Requested 10500, please reduce your message size and try again.';
    const headers = { 'retry-after': '19', 'x-should-retry': 'false' };
    expect(refusal(413, openaiError(large), headers)).toMatchObject({
      kind: 'too-large',
      retryable: false,
    });
  });

  test('Cerebras: a quota, and a queue that is full', () => {
    const of = (code: string) => ({ message: 'no', type: 'too_many_requests_error', code });
    expect(refusal(429, of('request_quota_exceeded'), { 'retry-after': '57' })).toMatchObject({
      kind: 'rate',
      retryAfterMs: 57_000,
      dimension: 'requests',
    });
    expect(refusal(429, of('queue_exceeded'), { 'x-should-retry': 'false' })).toMatchObject({
      kind: 'capacity',
      retryable: false,
    });
  });

  const gemini = (quotaId: string, text: string, retryDelay: string) => [
    {
      error: {
        code: 429,
        message: `You exceeded your current quota, please check your plan and billing details.\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, ${text}`,
        status: 'RESOURCE_EXHAUSTED',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
            violations: [{ quotaId, quotaMetric: 'x/generate_content_free_tier_requests' }],
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
        ],
      },
    },
  ];

  test('Gemini: an array, with the wait in RetryInfo, else in the text', () => {
    const id = 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier';
    const text = 'limit: 5, model: gemini-3.8-flash\nPlease retry in 26.96s.';
    const expected = { kind: 'rate', dimension: 'requests', retryable: true };
    expect(refusal(429, gemini(id, text, '38.2s'))).toMatchObject({
      ...expected,
      retryAfterMs: 38_200,
    });
    expect(refusal(429, gemini(id, text, ''))).toMatchObject({ ...expected, retryAfterMs: 26_960 });
  });

  test('Gemini: the delay that it gives for a daily quota misleads', () => {
    const id = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier';
    const text = 'limit: 20, model: gemini-3.8-flash\nPlease retry in 26.96s.';
    expect(refusal(429, gemini(id, text, '26s'))).toMatchObject({
      kind: 'daily',
      retryAfterMs: undefined,
    });
  });

  test.each([
    ['x/online_prediction_input_tokens_per_minute_per_base_model', 'inputTokens'],
    ['x/online_prediction_output_tokens_per_minute_per_base_model', 'outputTokens'],
    ['x/online_prediction_tokens_per_minute_per_base_model', 'tokens'],
    ['x/online_prediction_requests_per_base_model', 'requests'],
  ])('Vertex, and which limit: %s (anthropics/claude-code#1440)', (quota, dimension) => {
    const message = `Quota exceeded for ${quota} with base model: anthropic-claude-opus-4.`;
    const body = [{ error: { code: 429, message, status: 'RESOURCE_EXHAUSTED' } }];
    expect(refusal(429, body)).toMatchObject({ kind: 'rate', dimension });
  });

  test.each([
    ['TPM', 'tokens'],
    ['RPM', 'requests'],
  ])('Qianfan, and which limit: %s', (name, dimension) => {
    const body = openaiError(`Rate limit reached for ${name}`, null, 'rate_limit_error');
    expect(refusal(429, body)).toMatchObject({ kind: 'rate', dimension });
  });

  test('no quota at all: Gemini says `limit: 0`, Mistral in a header', () => {
    expect(refusal(429, gemini('PerDay', 'limit: 0, model: x', '5s'))?.kind).toBe('money');
    expect(refusal(429, '', { 'x-ratelimit-limit-req-minute': '0' })?.kind).toBe('money');
    expect(refusal(429, gemini('PerMinute', 'limit: 0.5', '5s'))?.kind).toBe('rate');
  });

  test("OpenRouter: its own limits, a day's, those of others, and credits", () => {
    const headers = {
      'X-RateLimit-Limit': '20',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': String(NOW + 42_000),
    };
    const error = (message: string, metadata?: object) => ({
      error: { code: 429, message, metadata },
    });
    expect(refusal(429, error('Rate limit exceeded: free-models-per-min.'), headers)).toMatchObject(
      { kind: 'rate', retryAfterMs: 42_000, dimension: 'requests' },
    );
    expect(refusal(429, error('Rate limit exceeded: free-models-per-day.'), headers)?.kind).toBe(
      'daily',
    );
    const numbers = { ...headers, 'X-RateLimit-Limit': 20 };
    expect(refusal(429, error('Rate limit exceeded', { headers: numbers }))).toMatchObject({
      kind: 'rate',
      retryAfterMs: 42_000,
      dimension: 'requests',
    });
    expect(
      refusal(429, error('Provider returned error', { provider_name: 'X', raw: 'busy' }))?.kind,
    ).toBe('capacity');
    expect(refusal(402, error('Insufficient credits'))?.kind).toBe('money');
  });

  test('a 429 that says not to retry is not to be retried', () => {
    expect(refusal(429, '', { 'x-should-retry': 'false' })).toMatchObject({
      kind: 'rate',
      retryable: false,
    });
  });
});

test.each([200, 400, 401, 403, 404, 408, 409, 413, 422, 500, 502, 504])(
  '%d alone is not about limits',
  (status) => {
    expect(refusal(status, openaiError('nope', null, 'invalid_request_error'))).toBeUndefined();
  },
);

test('a prompt that is quoted in an error about something else changes nothing', () => {
  const body = openaiError('Invalid prompt: rate limit, insufficient_quota, limit: 0', null);
  expect(refusal(400, body)).toBeUndefined();
});

test('whatever the response, nothing throws and no wait is negative', () => {
  const word = fc.constantFrom(
    'Please try again in ',
    'retry after ',
    '7m12s',
    '2.363s',
    ' seconds',
    'limit: ',
    'Limit ',
    ', Requested ',
    '9'.repeat(400),
    '1',
    '.',
    ' per day ',
    '-',
    '{"error":',
    '}',
  );
  const texts = fc.oneof(
    fc.array(word).map((words) => words.join('')),
    fc.jsonValue().map((json) => JSON.stringify({ error: json })),
    fc
      .array(word)
      .map((words) => JSON.stringify([{ error: { message: words.join(''), details: words } }])),
    fc.string(),
  );
  const statuses = fc.constantFrom(400, 402, 403, 413, 429, 500, 503, 529);
  fc.assert(
    fc.property(statuses, texts, fc.string({ unit: 'grapheme-ascii' }), (status, body, wait) => {
      const headers = new Headers({ 'retry-after': wait });
      const found = classify({ status, headers, body, now: NOW });
      if (found?.retryAfterMs === undefined) return;
      expect(Number.isFinite(found.retryAfterMs)).toBe(true);
      expect(found.retryAfterMs).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 1000 },
  );
});
