import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readErrorBody } from '../../src/http/error-body.ts';
import { statedIn } from '../../src/http/stated-limits.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

const inWords = (message: string) =>
  statedIn(readErrorBody(JSON.stringify({ error: { message } }))).limits;

describe('the limits that a refusal states', () => {
  it.each([
    [
      // OpenAI (public bug reports, 2024 to 2026).
      'Rate limit reached for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.',
      [{ dimension: 'tokens', max: 30_000, windowMs: MINUTE }],
    ],
    [
      'Rate limit reached for gpt-4o-mini in organization org-1 on requests per day (RPD): Limit 10000, Used 10000, Requested 1. Please try again in 8.64s.',
      [{ dimension: 'requests', max: 10_000, windowMs: DAY }],
    ],
    [
      // OpenAI (2023).
      'Rate limit reached for default-gpt-3.5-turbo in organization org-1 on requests per min. Limit: 3 / min. Please try again in 20s.',
      [{ dimension: 'requests', max: 3, windowMs: MINUTE }],
    ],
    [
      // Groq (2025).
      'Rate limit reached for model `llama-3.1-8b-instant` in organization `org_1` on tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443. Please try again in 4.77s.',
      [{ dimension: 'tokens', max: 6000, windowMs: MINUTE }],
    ],
    [
      'Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 45112.',
      [{ dimension: 'tokens', max: 30_000, windowMs: MINUTE }],
    ],
    [
      // Groq (2024): about so much.
      'Rate limit reached for model `llama3-70b-8192` in organization `org_1` on tokens per minute (TPM): Limit 7000, Used 0, Requested ~12903. Please try again in 50.597142857s.',
      [{ dimension: 'tokens', max: 7000, windowMs: MINUTE }],
    ],
    [
      // Voyage (2024 to 2026).
      'You have not yet added your payment method in the billing page and will have reduced rate limits of 3 RPM and 10K TPM.',
      [
        { dimension: 'requests', max: 3, windowMs: MINUTE },
        { dimension: 'tokens', max: 10_000, windowMs: MINUTE },
      ],
    ],
    [
      // Anthropic (2025).
      "This request would exceed your organization's rate limit of 30,000 input tokens per minute.",
      [{ dimension: 'inputTokens', max: 30_000, windowMs: MINUTE }],
    ],
    [
      // Moonshot (2025 and 2026).
      'Your account org-1<ak-1> request reached organization max RPM: 20, please try again after 1 seconds',
      [{ dimension: 'requests', max: 20, windowMs: MINUTE }],
    ],
    [
      'Your account org-1 / proj-1 <ak-1> request reached organization TPD rate limit, current: 1526210, limit: 1500000',
      [{ dimension: 'tokens', max: 1_500_000, windowMs: DAY }],
    ],
    // LiteLLM says how much was used, and then the limit.
    [
      'Crossed TPM / RPM / Max Parallel Request Limit. current rpm: 1, rpm limit: 15, current tpm: 12260, tpm limit: 5000, current max_parallel_requests: 0, max_parallel_requests: 9223372036854775807',
      [
        { dimension: 'requests', max: 15, windowMs: MINUTE },
        { dimension: 'tokens', max: 5000, windowMs: MINUTE },
      ],
    ],
    [
      'current rpm: 2, rpm limit: 60, current tpm: 57, tpm limit: 9223372036854775807',
      [{ dimension: 'requests', max: 60, windowMs: MINUTE }],
    ],
    [
      'Deployment over defined rpm limit=60. current usage=61',
      [{ dimension: 'requests', max: 60, windowMs: MINUTE }],
    ],
    [
      // xAI (cline/cline#4826).
      "Too many tokens for team 1f0c and model m. Your team's rate limit is — Tokens per Minute (actual/limit): 65605/16000.",
      [{ dimension: 'tokens', max: 16_000, windowMs: MINUTE }],
    ],
    // Together (xtekky/gpt4free#3032).
    [
      'The maximum rate limit for this model is 9.0 queries per minute. This limit differs from the general rate limits',
      [{ dimension: 'requests', max: 9, windowMs: MINUTE }],
    ],
    [
      'The maximum rate limit for this model is 6.0 queries and 180000 tokens per minute.',
      [{ dimension: 'requests', max: 6, windowMs: MINUTE }],
    ],
    ['The maximum rate limit for this model is 0.3 queries and 60000 tokens per minute.', []],
    ['Your RPM: 61, limit: 60', [{ dimension: 'requests', max: 60, windowMs: MINUTE }]],
    ['Usage: TPM: 1200 of 30,000', [{ dimension: 'tokens', max: 30_000, windowMs: MINUTE }]],
    ['Your RPM: 61', []],
    ['current tpm: 12260', []],
    ['used RPD: 999', []],
    ['Requests per minute limit exceeded - too many requests sent.', []],
    ['Rate limit exceeded: free-models-per-min.', []],
    ['Quota exceeded, limit: 0', []],
  ])('%s', (message, limits) => {
    expect(inWords(message)).toEqual(limits);
  });

  it('are Gemini’s quotas with their values', () => {
    const quota = (quotaId: string, quotaValue: string) => ({ quotaId, quotaValue });
    const violations = [
      quota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '5'),
      quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '20'),
      quota('GenerateContentInputTokensPerModelPerMinute-FreeTier', '250000'),
      quota('GenerateRequestsPerMinutePerProjectPerModel', '0'),
      quota('Unheard-of', '7'),
    ];
    const body = [{ error: { code: 429, message: 'Quota', details: [{ violations }] } }];
    expect(statedIn(readErrorBody(JSON.stringify(body))).limits).toEqual([
      { dimension: 'requests', max: 5, windowMs: MINUTE },
      { dimension: 'requests', max: 20, windowMs: DAY },
      { dimension: 'inputTokens', max: 250_000, windowMs: MINUTE },
    ]);
  });

  it('are calls in flight too', () => {
    const message = 'request reached max organization concurrency: 12, please try again';
    expect(statedIn(readErrorBody(message))).toEqual({ limits: [], concurrency: 12 });
  });

  it('are positive numbers over a known time, whatever the text', () => {
    const word = fc.constantFrom(
      'tokens per min (TPM): Limit ',
      'requests per day. Limit: ',
      'limit of ',
      ' input tokens per minute',
      'max RPM: ',
      'concurrency: ',
      '9'.repeat(30),
      '1,000',
      ',',
      '0',
    );
    const texts = fc.oneof(
      fc.array(word).map((words) => words.join('')),
      fc.jsonValue().map((json) => JSON.stringify({ error: { details: [{ violations: json }] } })),
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { limits, concurrency } = statedIn(readErrorBody(text));
        for (const { max, windowMs } of limits) {
          expect(max).toBeGreaterThanOrEqual(1);
          expect(Number.isSafeInteger(max)).toBe(true);
          expect([SECOND, MINUTE, 60 * MINUTE, DAY]).toContain(windowMs);
        }
        if (concurrency !== undefined) expect(concurrency).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads what the request was to be charged, in tokens', () => {
    const requestedIn = (words: string) =>
      statedIn(readErrorBody(`Rate limit reached for gpt-4o in organization org on ${words}`))
        .requested;
    expect(requestedIn('tokens per min (TPM): Limit 30,000, Used 29000, Requested 2000.')).toBe(
      2000,
    );
    expect(requestedIn('tokens per min (TPM): Limit 30000, Requested 40000.')).toBe(40_000);
    expect(requestedIn('requests per min (RPM): Limit 3, Used 3, Requested 1.')).toBeUndefined();
    expect(requestedIn('tokens per day (TPD): Limit 9, Used 9, Requested 1.')).toBeUndefined();
  });
});
