import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainCode, readErrorBody } from '../../src/http/error-body.ts';
import type { MoneySign } from '../../src/http/money-sign.ts';
import { MONEY_SIGNS } from '../../src/http/money-signs.ts';
import { classify, refusalOf } from '../../src/http/refusal.ts';
import { type ErrorFixture, MONEY } from './refusals/money.ts';
import { ORDINARY } from './refusals/ordinary.ts';
import { STATUSES } from './refusals/statuses.ts';

const NOW = Date.parse('2026-08-14T12:00:00Z');

function refusalTo({ status, headers = {}, body }: ErrorFixture) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify({ status, headers: new Headers(headers), body: text, now: NOW });
}

const named = <T extends ErrorFixture>(fixtures: readonly T[]): [string, T][] =>
  fixtures.map((each) => [`${each.host} (${each.status})`, each]);

describe('money is recognized', () => {
  const money = { kind: 'money', retryAfterMs: undefined, retryable: false };

  it.each(named(MONEY))('%s', (_, fixture) => {
    expect(refusalTo(fixture)).toMatchObject(money);
  });

  it.each(named(MONEY))('quoted by a gateway in Python and in JSON: %s', (_, fixture) => {
    if (fixture.status === 402) return;
    const text = JSON.stringify(fixture.body);
    const python = text.replaceAll(/"((?:[^"\\]|\\.)*)"/g, (_, inner) => `'${inner}'`);
    for (const quoted of [text, python]) {
      const message = `litellm.APIError: Error code: ${fixture.status} - ${quoted}. Received Model Group=m`;
      const body = { error: { message, type: 'throttling_error', code: '429' } };
      expect(refusalTo({ ...fixture, status: 429, body })).toMatchObject(money);
    }
  });

  it('under 402, whatever the body', () => {
    expect(refusalTo({ host: '', source: '', status: 402, body: 'No.' })).toMatchObject(money);
  });

  /** So that no sign stands in the table that nobody has seen. */
  it.each(MONEY_SIGNS.map((sign): [string, MoneySign] => [sign.hosts, sign]))(
    'each sign has a fixture: %s',
    (_, { codes, words }) => {
      const isShown = [...MONEY, ...ORDINARY].some(({ body }) => {
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        const read = readErrorBody(text);
        if (codes !== undefined) return read.codes.some((code) => codes.test(plainCode(code)));
        return words?.test(read.message);
      });
      expect(isShown).toBe(true);
    },
  );
});

describe('an ordinary limit stays one, whatever it mentions', () => {
  it.each(named(ORDINARY))('%s', (_, fixture) => {
    const { kind, retryAfterMs } = fixture;
    expect(refusalTo(fixture)).toMatchObject({ kind, retryAfterMs });
  });
});

describe('other statuses are refusals where they say so', () => {
  it.each(named(STATUSES))('%s', (_, fixture) => {
    const { kind, retryAfterMs } = fixture;
    if (kind === undefined) expect(refusalTo(fixture)).toBeUndefined();
    else expect(refusalTo(fixture)).toMatchObject({ kind, retryAfterMs });
  });
});

describe('an error that came with 200', () => {
  const headers = new Headers({ 'retry-after': '99', 'x-ratelimit-remaining-tokens': '5' });
  const kindOf = (body: unknown) => refusalOf({ headers, body, now: NOW });

  it.each([
    [
      { type: 'tokens', code: 'rate_limit_exceeded', message: 'Please try again in 22.5s.' },
      'rate',
      22_500,
    ],
    [
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      'capacity',
      undefined,
    ],
    [
      { error: { code: 429, message: 'Rate limit exceeded: free-models-per-day' } },
      'daily',
      undefined,
    ],
    [{ error: { code: 402, message: 'Insufficient credits' } }, 'money', undefined],
    [
      { base_resp: { status_code: 1002, status_msg: 'rate limit exceeded(RPM)' } },
      'rate',
      undefined,
    ],
    [{ base_resp: { status_code: 1008, status_msg: 'insufficient balance' } }, 'money', undefined],
    [
      { code: 'insufficient_quota', message: 'You exceeded your current quota' },
      'money',
      undefined,
    ],
    [{ code: 'slow_down', message: 'Slow down' }, 'ramp', undefined],
  ])('%j', (body, kind, retryAfterMs) => {
    expect(kindOf(body)).toMatchObject({ kind, retryAfterMs });
  });

  it.each([
    { code: 'server_error', message: 'An error occurred.' },
    { error: { code: 502, message: 'Provider returned error' } },
    { base_resp: { status_code: 0, status_msg: 'success' } },
    { type: 'invalid_request_error', message: 'max_tokens is too large' },
    'text',
    undefined,
    null,
    7,
  ])('is no refusal: %j', (body) => {
    expect(kindOf(body)).toBeUndefined();
  });
});

it('a body of 200 kB takes time in proportion to its length', () => {
  const words = [
    'try again in ',
    'exceeded your current ',
    'rate limit ',
    'insufficient a b c ',
    'account ',
    'monthly ',
    '"code": "',
    "'type': '",
    '\\',
    '1m ',
    'retry    ',
    'over over ',
    '额度',
    'limit: 1,',
    '{"error":{"message":"',
    '[[[[',
  ];
  const timeOf = (body: string): number => {
    const from = performance.now();
    classify({ status: 429, headers: new Headers(), body, now: NOW });
    return performance.now() - from;
  };
  for (const word of words) {
    const text = word.repeat(Math.ceil(200_000 / word.length));
    // Quadratic patterns take minutes.
    expect(timeOf(text)).toBeLessThan(2000);
    expect(timeOf(JSON.stringify({ error: { message: text, details: [text] } }))).toBeLessThan(
      2000,
    );
  }
});

it('whatever the body, nothing throws', () => {
  const keys = fc.constantFrom(
    'error',
    'message',
    'code',
    'type',
    'details',
    'metadata',
    'raw',
    'retry_after',
  );
  const word = fc.constantFrom(
    null,
    7,
    '429',
    'Please try again in 9s.',
    'rate_limit_exceeded',
    '{"error":"x"}',
  );
  const leaf = fc.oneof(word, fc.string(), fc.integer());
  const body = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.dictionary(keys, tie('any'), { maxKeys: 4 }),
      fc.array(tie('any'), { maxLength: 3 }),
    ),
  })).any;
  const status = fc.constantFrom(undefined, 402, 403, 408, 413, 420, 429, 498, 500, 503, 529);
  fc.assert(
    fc.property(status, body, (status, body) => {
      const found = refusalOf({ status, headers: new Headers(), body, now: NOW });
      if (status === 429) expect(found).toBeDefined();
      expect(found?.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
      const text = JSON.stringify(body);
      expect(() =>
        refusalOf({ status, headers: new Headers(), body: text, now: NOW }),
      ).not.toThrow();
    }),
    { numRuns: 500 },
  );
});
