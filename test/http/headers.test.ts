import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLimits } from '../../src/http/headers.ts';
import { parseDurationMs, parseResetMs } from '../../src/http/reset-time.ts';
import { retryAfterMs } from '../../src/http/wait-headers.ts';

const NOW = Date.parse('2026-08-14T12:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

describe('parseDurationMs', () => {
  test.each([
    ['6m0s', 360_000],
    ['17ms', 17],
    ['8.64s', 8640],
    ['1h23m31s', 5_011_000],
    ['2m59.56s', 179_560],
    ['1s', 1000],
    ['20s', 20_000],
    ['7m12s', 432_000],
    ['0s', 0],
    ['1m', MINUTE],
    ['1ms', 1],
    ['1m1ms', 60_001],
    ['500µs', 0.5],
    ['250ns', 0],
    ['10', 10_000],
    ['300', 300_000],
    ['0.5', 500],
    [' 6m0s ', 360_000],
  ])('%s is %d ms', (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected);
  });

  test.each([
    '',
    'soon',
    '-1s',
    '-5',
    '1e9',
    '5 m',
    'm',
    's5',
    '1.5.2s',
    'NaN',
    'Infinity',
    '1d',
    '٣s',
  ])('%j is no duration', (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });
});

describe('parseResetMs', () => {
  test.each([
    ['Go duration', '6m0s', 360_000],
    ['bare seconds (Azure)', '10', 10_000],
    ['epoch seconds (GitHub)', String(NOW / 1000 + 30), 30_000],
    ['epoch milliseconds (OpenRouter)', String(NOW + 12_345), 12_345],
    ['RFC 3339 (Anthropic)', '2026-08-14T12:00:07Z', 7000],
    ['RFC 3339 with an offset', '2026-08-14T14:00:07.5+02:00', 7500],
    ['IMF-fixdate', 'Fri, 14 Aug 2026 12:01:00 GMT', MINUTE],
    ['RFC 850', 'Friday, 14-Aug-26 12:01:00 GMT', MINUTE],
    ['asctime, which means UTC', 'Fri Aug 14 12:01:00 2026', MINUTE],
    ['a moment that is past', '2026-08-14T11:59:00Z', 0],
  ])('%s', (_, text, expected) => {
    expect(parseResetMs(text, NOW)).toBe(expected);
  });

  test.each(['2026-08-14', 'tomorrow', '-1', '2026-13-40T99:99:99Z', 'Fri'])(
    '%j is no moment',
    (text) => {
      expect(parseResetMs(text, NOW)).toBeUndefined();
    },
  );
});

describe('retryAfterMs', () => {
  test.each([
    ['nothing', {}, undefined],
    ['seconds', { 'retry-after': '20' }, 20_000],
    ['a date', { 'retry-after': 'Fri, 14 Aug 2026 12:00:30 GMT' }, 30_000],
    ['the exact one first', { 'retry-after-ms': '250', 'retry-after': '1' }, 250],
    [
      'the other where the exact one makes no sense',
      { 'retry-after-ms': 'x', 'retry-after': '1' },
      1000,
    ],
    ['zero', { 'retry-after': '0' }, 0],
    ['a negative number', { 'retry-after': '-1' }, undefined],
  ])('%s', (_, headers, expected) => {
    expect(retryAfterMs(new Headers(headers), NOW)).toBe(expected);
  });
});

describe('readLimits', () => {
  test('OpenAI: a minute, told by the reset (rate limits guide, 2026-08)', () => {
    const headers = new Headers({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-reset-tokens': '6ms',
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'requests', limit: 60, remaining: 59, resetMs: 1000, windowMs: MINUTE },
      { dimension: 'tokens', limit: 150_000, remaining: 149_984, resetMs: 6, windowMs: MINUTE },
    ]);
  });

  test('OpenAI: requests of a day, as new accounts have them (10,000 RPD, 8.64 s each)', () => {
    const headers = new Headers({
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-remaining-requests': '9999',
      'x-ratelimit-reset-requests': '8.64s',
    });
    expect(readLimits(headers, NOW)[0]?.windowMs).toBe(DAY);
  });

  test('OpenAI: the tokens of a project beside those of its organization (since 2026-06-26)', () => {
    const headers = new Headers({
      'x-ratelimit-limit-tokens': '2000000',
      'x-ratelimit-remaining-tokens': '1999000',
      'x-ratelimit-reset-tokens': '30ms',
      'x-ratelimit-limit-project-tokens': '100000',
      'x-ratelimit-remaining-project-tokens': '99000',
      'x-ratelimit-reset-project-tokens': '600ms',
    });
    expect(readLimits(headers, NOW)).toEqual([
      {
        dimension: 'tokens',
        limit: 2_000_000,
        remaining: 1_999_000,
        resetMs: 30,
        windowMs: MINUTE,
      },
      { dimension: 'tokens', limit: 100_000, remaining: 99_000, resetMs: 600, windowMs: MINUTE },
    ]);
  });

  test('a reset that contradicts the rest says nothing about the window', () => {
    const headers = new Headers({
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-tokens': '6m0s',
    });
    expect(readLimits(headers, NOW)[0]?.windowMs).toBeUndefined();
  });

  test('Groq: requests of a day, tokens of a minute (measured 2026-07-26)', () => {
    const headers = new Headers({
      'x-ratelimit-limit-requests': '14400',
      'x-ratelimit-limit-tokens': '6000',
      'x-ratelimit-remaining-requests': '14370',
      'x-ratelimit-remaining-tokens': '5997',
      'x-ratelimit-reset-requests': '2m59.56s',
      'x-ratelimit-reset-tokens': '30ms',
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'requests', limit: 14_400, remaining: 14_370, resetMs: 179_560, windowMs: DAY },
      { dimension: 'tokens', limit: 6000, remaining: 5997, resetMs: 30, windowMs: MINUTE },
    ]);
  });

  test('Azure: resets in bare seconds, which tell nothing about the window', () => {
    const headers = new Headers({
      'x-ratelimit-limit-requests': '600',
      'x-ratelimit-remaining-requests': '599',
      'x-ratelimit-reset-requests': '10',
      'x-ratelimit-limit-tokens': '100000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '300',
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'requests', limit: 600, remaining: 599, resetMs: 10_000 },
      { dimension: 'tokens', limit: 100_000, remaining: 0, resetMs: 300_000 },
    ]);
  });

  test('GitHub Models: the window in a header of its own', () => {
    const headers = new Headers({
      'x-ratelimit-limit-requests': '15',
      'x-ratelimit-remaining-requests': '14',
      'x-ratelimit-renewalperiod-requests': '60',
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'requests', limit: 15, remaining: 14, windowMs: MINUTE },
    ]);
  });

  test('Anthropic: three dimensions and their sum, with RFC 3339 resets', () => {
    const headers = new Headers({
      'anthropic-ratelimit-requests-limit': '1000',
      'anthropic-ratelimit-requests-remaining': '999',
      'anthropic-ratelimit-requests-reset': '2026-08-14T12:00:01Z',
      'anthropic-ratelimit-tokens-limit': '2400000',
      'anthropic-ratelimit-tokens-remaining': '2390000',
      'anthropic-ratelimit-tokens-reset': '2026-08-14T12:00:03Z',
      'anthropic-ratelimit-input-tokens-limit': '2000000',
      'anthropic-ratelimit-input-tokens-remaining': '1990000',
      'anthropic-ratelimit-input-tokens-reset': '2026-08-14T12:00:03Z',
      'anthropic-ratelimit-output-tokens-limit': '400000',
      'anthropic-ratelimit-output-tokens-remaining': '400000',
      'anthropic-ratelimit-output-tokens-reset': '2026-08-14T12:00:00Z',
      'anthropic-priority-input-tokens-limit': '1',
      'anthropic-fast-output-tokens-limit': '1',
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'requests', limit: 1000, remaining: 999, resetMs: 1000, windowMs: MINUTE },
      {
        dimension: 'tokens',
        limit: 2_400_000,
        remaining: 2_390_000,
        resetMs: 3000,
        windowMs: MINUTE,
      },
      {
        dimension: 'inputTokens',
        limit: 2_000_000,
        remaining: 1_990_000,
        resetMs: 3000,
        windowMs: MINUTE,
      },
      {
        dimension: 'outputTokens',
        limit: 400_000,
        remaining: 400_000,
        resetMs: 0,
        windowMs: MINUTE,
      },
    ]);
  });

  test.each([
    ['75s', undefined],
    ['2m', undefined],
    ['9h36m', DAY],
  ])(
    'a used-up limit that is full again in %s is a day’s only where no debt explains it',
    (reset, windowMs) => {
      const headers = new Headers({
        'x-ratelimit-limit-tokens': '30000',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': reset,
      });
      expect(readLimits(headers, NOW)).toMatchObject([{ dimension: 'tokens', windowMs }]);
    },
  );

  test('Cerebras: minute, hour and day (measured 2026-07-26)', () => {
    const headers = new Headers({
      'x-ratelimit-limit-requests-minute': '5',
      'x-ratelimit-remaining-requests-minute': '4',
      'x-ratelimit-reset-requests-minute': '11.5',
      'x-ratelimit-limit-requests-hour': '150',
      'x-ratelimit-limit-requests-day': '2400',
      'x-ratelimit-limit-tokens-minute': '30000',
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'requests', limit: 5, remaining: 4, resetMs: 11_500, windowMs: MINUTE },
      { dimension: 'requests', limit: 150, windowMs: 3_600_000 },
      { dimension: 'requests', limit: 2400, windowMs: DAY },
      { dimension: 'tokens', limit: 30_000, windowMs: MINUTE },
    ]);
  });

  test('Mistral: a minute of requests and of tokens (measured 2026-07)', () => {
    const headers = new Headers({
      'x-ratelimit-limit-req-minute': '50',
      'x-ratelimit-remaining-req-minute': '49',
      'x-ratelimit-limit-tokens-minute': '50000',
      'x-ratelimit-remaining-tokens-minute': '49900',
      'x-ratelimit-tokens-query-cost': '100',
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'tokens', limit: 50_000, remaining: 49_900, windowMs: MINUTE },
      { dimension: 'requests', limit: 50, remaining: 49, windowMs: MINUTE },
    ]);
  });

  test('Mistral, 2025: ten seconds of requests, a month of tokens', () => {
    const headers = new Headers({
      'x-ratelimit-limit-req-10-second': '60',
      'x-ratelimit-remaining-req-10-second': '53',
      'x-ratelimit-limit-tokens-month': '10000000000',
      'x-ratelimit-remaining-tokens-month': '9999999370',
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'requests', limit: 60, remaining: 53, windowMs: 10_000 },
      {
        dimension: 'tokens',
        limit: 10_000_000_000,
        remaining: 9_999_999_370,
        windowMs: 30 * 24 * 60 * MINUTE,
      },
    ]);
  });

  test('a project’s requests, and a minute of Hugging Face’s', () => {
    const project = new Headers({ 'x-ratelimit-limit-project-requests': '500' });
    expect(readLimits(project, NOW)).toEqual([{ dimension: 'requests', limit: 500 }]);
    const router = new Headers({
      'x-ratelimit-limit-minute': '400',
      'x-ratelimit-remaining-minute': '399',
    });
    expect(readLimits(router, NOW)).toEqual([
      { dimension: 'requests', limit: 400, remaining: 399, windowMs: MINUTE },
    ]);
  });

  test('IONOS: what remains of a burst is not what remains of a minute', () => {
    const headers = new Headers({
      'x-ratelimit-burst': '10',
      'x-ratelimit-limit': '300',
      'x-ratelimit-remaining': '7',
    });
    expect(readLimits(headers, NOW)).toEqual([{ dimension: 'requests', limit: 300 }]);
  });

  test('Together: requests and tokens of a second', () => {
    const headers = new Headers({
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '9',
      'x-ratelimit-reset': '1',
      'x-tokenlimit-limit': '3000',
      'x-tokenlimit-remaining': '2900',
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'tokens', limit: 3000, remaining: 2900, windowMs: 1000 },
      { dimension: 'requests', limit: 10, remaining: 9, resetMs: 1000, windowMs: 1000 },
    ]);
  });

  test('Fireworks: prompt and generated tokens of a second', () => {
    const headers = new Headers({
      'X-Ratelimit-Limit-Tokens-Prompt': '60000',
      'X-Ratelimit-Remaining-Tokens-Prompt': '59000',
      'X-Ratelimit-Limit-Tokens-Generated': '6000',
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'inputTokens', limit: 60_000, remaining: 59_000, windowMs: 1000 },
      { dimension: 'outputTokens', limit: 6000, windowMs: 1000 },
    ]);
  });

  test('OpenRouter: a reset in epoch milliseconds, and no window', () => {
    const headers = new Headers({
      'X-RateLimit-Limit': '20',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': String(NOW + 42_000),
    });
    expect(readLimits(headers, NOW)).toEqual([
      { dimension: 'requests', limit: 20, remaining: 0, resetMs: 42_000 },
    ]);
  });

  test('DeepSeek, Gemini and Bedrock: none', () => {
    expect(readLimits(new Headers({ 'content-type': 'application/json' }), NOW)).toEqual([]);
  });
});

const NAMES = [
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
  'x-ratelimit-renewalperiod-requests',
  'anthropic-ratelimit-input-tokens-limit',
  'anthropic-ratelimit-input-tokens-reset',
  'x-tokenlimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
] as const;

const nearlyAValue = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...'0123456789hmsn.-+eµTZ:, GMTFri') }),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.date({ noInvalidDate: false }).map((date) => `${date}`),
);

function expectAmount(value: number | undefined): void {
  if (value === undefined) return;
  expect(Number.isFinite(value)).toBe(true);
  expect(value).toBeGreaterThanOrEqual(0);
}

describe('whatever the string', () => {
  test('a duration or a moment is a finite amount, or undefined', () => {
    fc.assert(
      fc.property(
        nearlyAValue,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (text, now) => {
          expectAmount(parseDurationMs(text));
          expectAmount(parseResetMs(text, now));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('headers give limits of finite amounts', () => {
    const anyHeaders = fc.record(Object.fromEntries(NAMES.map((name) => [name, nearlyAValue])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(anyHeaders, (record) => {
        const headers = { get: (name: string) => record[name] ?? null };
        for (const { limit, remaining, resetMs, windowMs } of readLimits(headers, NOW)) {
          for (const value of [limit, remaining, resetMs, windowMs]) expectAmount(value);
          expect(windowMs).not.toBe(0);
        }
        expectAmount(retryAfterMs({ get: () => record[NAMES[0]] ?? null }, NOW));
      }),
    );
  });
});
