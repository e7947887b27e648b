import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLimits } from '../../src/http/headers.ts';
import { readIetfLimits } from '../../src/http/ietf-limits.ts';
import { classify } from '../../src/http/refusal.ts';
import { parseResetMs } from '../../src/http/reset-time.ts';
import { serverNow } from '../../src/http/server-time.ts';
import { parseSpanMs } from '../../src/http/time-span.ts';
import { retryAfterMs } from '../../src/http/wait-headers.ts';
import { waitInWords } from '../../src/http/wait-words.ts';

const NOW = Date.parse('2026-08-14T12:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function waitOf(headers: Record<string, string>, body: unknown = '', now = NOW) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify({ status: 429, headers: new Headers(headers), body: text, now })?.retryAfterMs;
}

describe('a wait in headers', () => {
  it.each([
    ['30', 30 * SECOND],
    ['30.5', 30_500],
    ['30 seconds', 30 * SECOND],
    ['30 sec', 30 * SECOND],
    ['30s', 30 * SECOND],
    ['"30"', 30 * SECOND],
    ["'30'", 30 * SECOND],
    ['30, 30', 30 * SECOND],
    ['30;comment=x', 30 * SECOND],
    ['500ms', 500],
    ['2 minutes', 2 * MINUTE],
    ['2m', 2 * MINUTE],
    ['1h', HOUR],
    ['1m30.5s', 90_500],
    ['1 minute 30 seconds', 90 * SECOND],
    ['PT30S', 30 * SECOND],
    ['PT1M30.5S', 90_500],
    ['P1DT2H', 26 * HOUR],
    ['P1W', 7 * DAY],
    ['in 30 seconds', 30 * SECOND],
    ['~30', 30 * SECOND],
    ['30 sec.', 30 * SECOND],
    ['00:01:30', 90 * SECOND],
    ['1.02:00:00', 26 * HOUR],
    ['86400', DAY],
    ['315360000', 3650 * DAY],
    ['Fri, 14 Aug 2026 12:00:30 GMT', 30 * SECOND],
    ['Fri, 14 Aug 2026 12:00:30 UTC', 30 * SECOND],
    ['Fri, 14 Aug 2026 12:00:30 GMT, Fri, 14 Aug 2026 12:00:30 GMT', 30 * SECOND],
    [String(NOW / 1000 + 30), 30 * SECOND],
    [String(NOW + 30_000), 30 * SECOND],
    ['2026-08-14T12:00:30Z', 30 * SECOND],
    ['2026-08-14 12:00:30 UTC', 30 * SECOND],
    ['2026-08-14T14:00:30+0200', 30 * SECOND],
    ['Fri, 14 Aug 2026 12:00:30 +0000', 30 * SECOND],
    ['Fri, 14 Aug 2026 14:00:30 +0200', 30 * SECOND],
    ['soon', undefined],
    ['-1', undefined],
    ['P', undefined],
    ['PT', undefined],
    ['30 bananas', undefined],
    ['+1.5', 1500],
    ['', undefined],
  ])('retry-after: %s', (line, expected) => {
    expect(retryAfterMs(new Headers({ 'retry-after': line }), NOW)).toBe(expected);
  });

  it.each([
    ['Azure (2023, openai-python#937)', { 'x-rate-limit-reset-tokens': '55' }, 55 * SECOND],
    ['requests', { 'x-rate-limit-reset-requests': '7s' }, 7 * SECOND],
    ['epoch seconds', { 'x-rate-limit-reset': String(NOW / 1000 + 42) }, 42 * SECOND],
    ['Discord', { 'x-ratelimit-reset-after': '1.25' }, 1250],
    ['with two hyphens', { 'x-rate-limit-reset-after': '9' }, 9 * SECOND],
    ['OpenAI’s name alone', { 'x-ratelimit-reset-tokens': '6m0s' }, 6 * MINUTE],
    ['plain', { 'x-ratelimit-reset': '12' }, 12 * SECOND],
    ['IETF, drafts up to 6', { 'ratelimit-reset': '42' }, 42 * SECOND],
    [
      'IETF, with all three',
      { 'ratelimit-limit': '5', 'ratelimit-remaining': '0', 'ratelimit-reset': '42' },
      42 * SECOND,
    ],
    ['IETF, draft 7', { ratelimit: 'limit=100, remaining=0, reset=42' }, 42 * SECOND],
    ['IETF', { ratelimit: '"default";r=0;t=42' }, 42 * SECOND],
    ['IETF, a token for a name', { ratelimit: 'default;r=0;t=42' }, 42 * SECOND],
    ['IETF, two of them', { ratelimit: '"burst";r=3;t=2, "minute";r=0;t=42' }, 42 * SECOND],
    ['Azure Cosmos DB', { 'x-ms-retry-after-ms': '1500' }, 1500],
    ['another name', { 'x-retry-after': '11' }, 11 * SECOND],
    ['with its unit in the name', { 'retry-after-seconds': '11' }, 11 * SECOND],
    ['exactly, by another name', { 'x-retry-after-ms': '1500' }, 1500],
    ['GitHub Models', { 'x-ratelimit-timeremaining': '30' }, 30 * SECOND],
    ['LiteLLM, of the provider behind it', { 'llm_provider-retry-after': '11' }, 11 * SECOND],
    ['LiteLLM, exactly', { 'llm_provider-retry-after-ms': '1500' }, 1500],
    ['LiteLLM’s own first', { 'llm_provider-retry-after': '11', 'retry-after': '3' }, 3 * SECOND],
    ['LiteLLM, a reset', { 'llm_provider-x-ratelimit-reset-tokens': '55s' }, 55 * SECOND],
    [
      'LiteLLM, a reset of what has something left',
      {
        'llm_provider-x-ratelimit-reset-tokens': '55s',
        'llm_provider-x-ratelimit-remaining-tokens': '7',
      },
      undefined,
    ],
    ['AWS', { 'x-amzn-retry-after': '11' }, 11 * SECOND],
    ['any vendor', { 'x-acme-retry-after-seconds': '11' }, 11 * SECOND],
    ['any vendor, exactly', { 'acme-retry-after-ms': '1500' }, 1500],
    ['any vendor, with an underscore', { x_acme_retry_after: '11' }, 11 * SECOND],
    ['Kong, of a minute', { 'x-ai-ratelimit-retry-after-minute-openai': '34' }, 34 * SECOND],
    ['NestJS, of one limit of several', { 'retry-after-short': '3' }, 3 * SECOND],
    ['no wait, though its name has the words', { 'x-retry-after-policy': '11' }, undefined],
    ['the other way round', { 'x-ratelimit-requests-reset': '11' }, 11 * SECOND],
    [
      'a plan of Anthropic',
      {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-reset': String(NOW / 1000 + 42),
      },
      42 * SECOND,
    ],
    [
      'a plan of Anthropic that has something left',
      {
        'anthropic-ratelimit-unified-status': 'allowed',
        'anthropic-ratelimit-unified-reset': String(NOW / 1000 + 42),
      },
      undefined,
    ],
    ['in milliseconds', { 'x-ratelimit-reset-tokens-ms': '5000' }, 5 * SECOND],
    ['any name: in', { 'x-ratelimit-reset-in': '30' }, 30 * SECOND],
    ['any name: at', { 'x-ratelimit-reset-at': '2026-08-14T12:00:30Z' }, 30 * SECOND],
    ['any name: time', { 'x-ratelimit-reset-time': String(NOW / 1000 + 30) }, 30 * SECOND],
    ['any name: an app', { 'x-app-rate-limit-reset': '30' }, 30 * SECOND],
    ['any name: a user', { 'x-ratelimit-user-reset': '30' }, 30 * SECOND],
    ['any name: a vendor', { 'x-ms-ratelimit-reset': '30' }, 30 * SECOND],
    ['any name: a quota', { 'x-quota-reset': '30' }, 30 * SECOND],
    ['any name: images', { 'x-ratelimit-reset-images': '30s' }, 30 * SECOND],
    ['any name: retry-in', { 'x-retry-in': '30' }, 30 * SECOND],
    ['a minute', { 'x-ratelimit-reset-minute': '30' }, 30 * SECOND],
    [
      'of windows, that with nothing left',
      {
        ...{ 'x-ratelimit-reset-minute': '30', 'x-ratelimit-reset-day': '30000' },
        ...{ 'x-ratelimit-remaining-minute': '5', 'x-ratelimit-remaining-day': '0' },
      },
      30_000 * SECOND,
    ],
    [
      'of windows that show no rest, the short one',
      { 'x-ratelimit-reset-minute': '30', 'x-ratelimit-reset-day': '30000' },
      30 * SECOND,
    ],
    [
      'what has something left says nothing, whatever its form',
      { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset-after': '55' },
      undefined,
    ],
    [
      'fastify (fastify-rate-limit#301), milliseconds in place of seconds',
      {
        ...{ 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '58' },
        'retry-after': '60000',
      },
      60 * SECOND,
    ],
    ['a cookie', { 'x-password-reset': '30' }, undefined],
    ['an exact 0 is rounding', { 'retry-after-ms': '0', 'retry-after': '1' }, SECOND],
    ['an exact 0 alone', { 'retry-after-ms': '0' }, 0],
    [
      'what has something left says nothing',
      { 'x-ratelimit-remaining-tokens': '5', 'x-ratelimit-reset-tokens': '55' },
      undefined,
    ],
  ])('%s', (_, headers, expected) => {
    expect(waitOf(headers as Record<string, string>)).toBe(expected);
  });

  it('is that of the limit that the message names', () => {
    const headers = { 'x-rate-limit-reset-tokens': '55', 'x-rate-limit-reset-requests': '5' };
    expect(waitOf(headers, 'You have exceeded the token rate limit.')).toBe(55 * SECOND);
    expect(waitOf(headers, 'You have exceeded the call rate limit.')).toBe(5 * SECOND);
    expect(waitOf(headers)).toBe(55 * SECOND);
  });
});

describe('an error of the server', () => {
  const waitWith = (status: number, seconds: number) =>
    classify({
      status,
      headers: new Headers({ 'retry-after': String(seconds) }),
      body: '{"error":{"message":"Rate limit exceeded"}}',
      now: NOW,
    })?.retryAfterMs;

  it.each([500, 502, 503])(
    '%s that names a limit is waited for no longer than a minute',
    (status) => {
      expect(waitWith(status, 60)).toBe(MINUTE);
      expect(waitWith(status, 3600)).toBeUndefined();
      expect(waitWith(429, 3600)).toBe(HOUR);
    },
  );
});

describe('a wait in words', () => {
  it.each([
    ['Please try again in 7m12s.', 432 * SECOND],
    ['Please try again in 20ms. Visit …', 20],
    ['Please try again in 9m38.016s. Need more tokens?', 578_016],
    ['try again in 1m30.5s', 90_500],
    ['Please retry after 10 seconds.', 10 * SECOND],
    ['Please retry after 86400 seconds. Please go here', DAY],
    ['Retry after 3 minutes', 3 * MINUTE],
    ['Please retry in 34.07s.', 34_070],
    ['Retrying in 32m 50s', 1970 * SECOND],
    ['Rate limit exceeded, please wait 40 seconds and retry.', 40 * SECOND],
    ['Please wait 43200 seconds before retrying.', 12 * HOUR],
    ['Please wait 8 hours 24 minutes and try again', 504 * MINUTE],
    ['Please wait for another 5 minutes', 5 * MINUTE],
    ['try again in 4 days 20 hours 9 minutes.', 418_140 * SECOND],
    ['Try again in 1 hour, 5 minutes', 65 * MINUTE],
    ['Try again in 1 hour and 5 minutes', 65 * MINUTE],
    ['Please try again in 58 hours.', 58 * HOUR],
    ['please try again after 1 seconds', SECOND],
    ['please try again in a minute', MINUTE],
    ['Your quota will reset after 8h44m7s.', 31_447 * SECOND],
    ['Your rate limit resets in ~10s.', 10 * SECOND],
    ['The limit resets in 2 hours', 2 * HOUR],
    ['Quota will be replenished in 5.03:23:11', 444_191 * SECOND],
    ['Try again in 23:59:57', 86_397 * SECOND],
    ['The limit is lifted after 55 seconds', 55 * SECOND],
    ['Too many requests (after 55 seconds)', 55 * SECOND],
    ['Rate limit exceeded. Retry after 30', 30 * SECOND],
    ["{'error': {'retry_after': 30}}", 30 * SECOND],
    ['{\\"retryDelay\\": \\"38s\\"}', 38 * SECOND],
    ['retry_after_ms: 500', 500],
    ['请在 40 秒后重试', 40 * SECOND],
    ['请 5 分钟后再试', 5 * MINUTE],
    ['请求过多，请1分30秒后再试', 90 * SECOND],
    ['请在 1 分 30 秒后重试', 90 * SECOND],
    ['請求過於頻繁，請在 40 秒後重試', 40 * SECOND],
    ['触发限流，请等待40秒', 40 * SECOND],
    ['レート制限を超えました。40秒後に再試行してください。', 40 * SECOND],
    ['요청이 너무 많습니다. 40초 후에 다시 시도하세요.', 40 * SECOND],
    ['Bitte versuchen Sie es in 40 Sekunden erneut.', 40 * SECOND],
    ['Bitte warten Sie 2 Minuten.', 2 * MINUTE],
    ['Veuillez réessayer dans 40 secondes.', 40 * SECOND],
    ['Probeer het over 40 seconden opnieuw.', 40 * SECOND],
    ['Spróbuj ponownie za 40 sekund.', 40 * SECOND],
    ['Спробуйте ще раз через 2 хвилини.', 2 * MINUTE],
    ['Försök igen om 2 minuter.', 2 * MINUTE],
    ['Prøv igjen om 40 sekunder.', 40 * SECOND],
    ['Zkuste to znovu za 40 sekund.', 40 * SECOND],
    ['กรุณาลองใหม่ในอีก 40 วินาที', 40 * SECOND],
    ['يرجى المحاولة مرة أخرى بعد 40 ثانية.', 40 * SECOND],
    ['कृपया 40 सेकंड बाद पुनः प्रयास करें।', 40 * SECOND],
    ['Lütfen 40 saniye sonra tekrar deneyin.', 40 * SECOND],
    ['Vui lòng thử lại sau 40 giây.', 40 * SECOND],
    ['Coba lagi dalam 2 menit.', 2 * MINUTE],
    ['Inténtelo de nuevo en 40 segundos.', 40 * SECOND],
    ['Por favor, tente novamente em 2 minutos.', 2 * MINUTE],
    ['Повторите попытку через 40 секунд.', 40 * SECOND],
    ['Попробуйте снова через 2 минуты', 2 * MINUTE],
    ['Rate limit exceeded. 40 seconds remaining.', 40 * SECOND],
    ['Rate limited. Time left: 40s', 40 * SECOND],
    ['You can try again in exactly 40 seconds', 40 * SECOND],
    ['Please retry after waiting 40 seconds', 40 * SECOND],
    ['Rate limit hit; next request allowed in 40 seconds.', 40 * SECOND],
    ['Cooling down for 40 seconds', 40 * SECOND],
    ['You are blocked for 40 seconds.', 40 * SECOND],
    ['You have been timed out for 40 seconds.', 40 * SECOND],
    ['Rate limited, backoff 40s', 40 * SECOND],
    ['You can make another request in 40 seconds.', 40 * SECOND],
    ['Next available slot: 40 seconds', 40 * SECOND],
    ['In 40 seconds you may retry', 40 * SECOND],
    ['Time remaining: 40 seconds', 40 * SECOND],
    ['Remaining time: 40 s', 40 * SECOND],
    ['Seconds remaining: 40', 40 * SECOND],
    ['Estimated wait time is 40 seconds', 40 * SECOND],
    ['Try again in less than a minute', MINUTE],
    ['"resetInSeconds": 40', 40 * SECOND],
    ['"retryAfterMillis": 500', 500],
    ['Retry after: 2026-08-14T12:00:40Z', 40 * SECOND],
    ['Only 20 requests are allowed. Retry after 2026-08-14T12:00:40Z', 40 * SECOND],
    ['限流中，剩余 40 秒', 40 * SECOND],
    ['Please slow down: 40 seconds until reset', 40 * SECOND],
    ['Bitte in 40 Sekunden erneut senden.', 40 * SECOND],
    ['Attendi 40 secondi e riprova.', 40 * SECOND],
    ['Limit reached until 12:00:40 UTC', 40 * SECOND],
    ['Rate limited until Fri, 14 Aug 2026 12:00:40 GMT', 40 * SECOND],
    ['Access resets at 9:30 PM GMT+9.', 30 * MINUTE],
    ['Access resets at 10:57 PM GMT-3.', 13 * HOUR + 57 * MINUTE],
    ['It resets at 18:00 UTC+05:30', 30 * MINUTE],
    ['Your limit will reset at 2026-08-14T12:00:30Z', 30 * SECOND],
    ['Limit resets at 2026-08-14 12:00:30 UTC', 30 * SECOND],
    ['Next request at 2026-08-14T12:00:30.000Z', 30 * SECOND],
    ['The API can be called after 2026-Aug-14 12:00:30+0000 UTC', 30 * SECOND],
    [`usage limit reached|${NOW / 1000 + 30}`, 30 * SECOND],
    ['resets 6:40pm (UTC)', 400 * MINUTE],
    ['It resets at 00:00 UTC', 12 * HOUR],
  ])('%s', (message, expected) => {
    expect(waitInWords(message, NOW)).toBe(expected);
    expect(waitOf({}, { error: { message } })).toBe(expected);
    const nested = JSON.stringify({ error: { message } });
    expect(waitOf({}, { error: { message: `Upstream said: ${nested}` } })).toBe(expected);
  });

  it.each([
    'Please try again later.',
    'Please retry after 2026-08-14',
    'Please retry after 14/08/2026',
    'We prevent more than 60 seconds of audio',
    'The API can be called after 2026-Foo-14 12:00:30+0000 UTC',
    'Your limit will reset at 2026-09-04 19:01:25',
    'available again at 6:40pm',
    'Request timed out after 300 seconds',
    'You exceeded 60 requests in 60 seconds',
    'You will regain access on 2026-09-01 at 00:00 UTC',
    'Resets in N days',
    'Token expires in 3600 seconds. Rate limited',
    'Retried after 5 seconds, still limited',
    '60 Anfragen in 60 Sekunden',
    'You have 3 days remaining in your trial',
    'The intent classifier allows 60 seconds',
    'Request waited 30 seconds in queue and was rejected',
    'waiting time exceeded 60 seconds',
    'try again in 5 minimal steps',
    'retry with 30% less',
    'Request timed out for 60 seconds',
    'retry_after: 2026-08-14',
  ])('is none: %s', (message) => {
    expect(waitInWords(message, NOW)).toBeUndefined();
  });
});

describe('a wait in fields of the body', () => {
  it.each([
    [{ error: { retry_after: 12 } }, 12 * SECOND],
    [{ error: { message: 'no', retryAfter: '12s' } }, 12 * SECOND],
    [{ error: { metadata: { retry_after_seconds: 12 } } }, 12 * SECOND],
    [{ error: { details: { retry_after: 12 } } }, 12 * SECOND],
    [{ retry_after_ms: 1500 }, 1500],
    [{ error: { resets_in_seconds: 12, resets_at: NOW / 1000 + 99 } }, 12 * SECOND],
    [{ error: { resets_at: NOW / 1000 + 99 } }, 99 * SECOND],
    [{ error: { code: 'model_cooldown', reset_seconds: 12 } }, 12 * SECOND],
    [{ error: { code: 'model_cooldown', reset_seconds: 12, reset_time: '12s' } }, 12 * SECOND],
    [{ error: { resumes_in_seconds: 12 } }, 12 * SECOND],
    [{ error: { message: 'no', retry_after: '12秒' } }, 12 * SECOND],
    [{ fault: { nextAccessTime: '2026-Aug-14 12:00:12+0000 UTC' } }, 12 * SECOND],
    [{ error: { details: [{ '@type': 'x/RetryInfo', retryDelay: '48s' }] } }, 48 * SECOND],
    [{ error: { metadata: { headers: { 'Retry-After': '12' } } } }, 12 * SECOND],
    [{ error: { message: 'no', seconds_until_reset: 12 } }, 12 * SECOND],
    [{ error: { message: 'no', cooldown_seconds: 12 } }, 12 * SECOND],
    [{ error: { message: 'no' }, data: { retry_after: 12 } }, 12 * SECOND],
    [{ error: { message: 'no', rate_limit: { reset_in: 12 } } }, 12 * SECOND],
    [{ rateLimit: { retryAfterMs: 1500 } }, 1500],
    [{ error: { next_available_at: new Date(NOW + 12_000).toISOString() } }, 12 * SECOND],
    [{ error: { details: [{ retryDelay: { seconds: 48, nanos: 500_000_000 } }] } }, 48_500],
    [{ error: { details: [{ retryDelay: { seconds: '48' } }] } }, 48 * SECOND],
  ])('%j', (body, expected) => {
    expect(waitOf({}, body)).toBe(expected);
  });

  it('is the longer one of field and words, because fields may be cut to seconds', () => {
    const details = [{ retryDelay: '48s' }];
    const message = 'Please retry in 48.94s.';
    expect(waitOf({}, { error: { message, details } })).toBe(48_940);
  });
});

describe('a moment is relative to the server’s clock', () => {
  const at = (ms: number) => new Date(NOW + ms).toUTCString();
  const SKEWS = [-20 * MINUTE, 20 * MINUTE, -7 * DAY, 7 * DAY, 90 * SECOND];

  it.each(SKEWS)('where ours differs by %d ms and the response has a Date', (skew) => {
    const headers = { date: at(0) };
    const ours = NOW - skew;
    const until = new Date(NOW + 40_000);
    expect(waitOf({ ...headers, 'retry-after': until.toUTCString() }, '', ours)).toBe(40_000);
    expect(waitOf({ ...headers, 'retry-after': '40' }, '', ours)).toBe(40_000);
    expect(waitOf({ ...headers, 'x-ratelimit-reset': String(until.getTime()) }, '', ours)).toBe(
      40_000,
    );
    const message = `resets at ${until.toISOString()}`;
    expect(waitOf(headers, { error: { message } }, ours)).toBe(40_000);
    const anthropic = {
      ...headers,
      'anthropic-ratelimit-tokens-limit': '10',
      'anthropic-ratelimit-tokens-reset': until.toISOString(),
    };
    expect(readLimits(new Headers(anthropic), ours)).toMatchObject([{ resetMs: 40_000 }]);
  });

  it('is relative to ours where there is no Date, or where both agree', () => {
    const date = at(0);
    expect(serverNow(new Headers(), NOW)).toBe(NOW);
    expect(serverNow(new Headers({ date: 'today' }), NOW)).toBe(NOW);
    // Cut to seconds, and on its way for another one.
    expect(serverNow(new Headers({ date }), NOW + 1900)).toBe(NOW + 1900);
    expect(serverNow(new Headers({ date }), NOW + 2100)).toBe(NOW);
    expect(serverNow(new Headers({ date }), NOW - 1)).toBe(NOW);
    expect(serverNow(new Headers({ date, age: '60' }), NOW - 1)).toBe(NOW + MINUTE);
  });
});

describe('the IETF’s headers', () => {
  const read = (record: Record<string, string>) => readIetfLimits(new Headers(record), NOW);

  it.each([
    [
      'draft 8 and later',
      { ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;w=60' },
      [{ dimension: 'requests', limit: 100, remaining: 50, resetMs: 30_000, windowMs: MINUTE }],
    ],
    [
      'Hugging Face',
      { ratelimit: '"api";r=489;t=189', 'ratelimit-policy': '"fixed window";"api";q=500;w=300' },
      [
        {
          dimension: 'requests',
          limit: 500,
          remaining: 489,
          resetMs: 189_000,
          windowMs: 5 * MINUTE,
        },
      ],
    ],
    [
      'several, by name',
      {
        ratelimit: '"burst";r=9;t=1, "tokens";r=0;t=42',
        'ratelimit-policy': '"burst";q=10;w=1, "tokens";q=1000;w=60;qu="tokens"',
      },
      [
        { dimension: 'requests', limit: 10, remaining: 9, resetMs: 1000, windowMs: 1000 },
        { dimension: 'tokens', limit: 1000, remaining: 0, resetMs: 42_000, windowMs: MINUTE },
      ],
    ],
    [
      'bytes are no limit of ours',
      { ratelimit: '"b";r=0;t=9', 'ratelimit-policy': '"b";q=9;w=9;qu="content-bytes"' },
      [],
    ],
    [
      'draft 7',
      { ratelimit: 'limit=100, remaining=50, reset=5' },
      [{ dimension: 'requests', limit: 100, remaining: 50, resetMs: 5000 }],
    ],
    [
      'up to draft 6',
      { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '50', 'ratelimit-reset': '5' },
      [{ dimension: 'requests', limit: 100, remaining: 50, resetMs: 5000, windowMs: MINUTE }],
    ],
    ['nothing', {}, []],
    ['garbage', { ratelimit: ';;=,"' }, []],
  ])('%s', (_, headers, expected) => {
    expect(read(headers as Record<string, string>)).toEqual(expected);
  });

  it('count only where no others are shown', () => {
    const others = { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '59' };
    const shown = readLimits(new Headers({ ...others, ratelimit: '"d";r=1;t=2' }), NOW);
    expect(shown).toMatchObject([{ limit: 60, remaining: 59 }]);
  });
});

describe('whatever the text', () => {
  const nearly = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...'0123456789hmsPTDW.:-, "\'aneconds秒后초후分') }),
    fc
      .array(
        fc.constantFrom(
          'try again in ',
          '1',
          'm',
          ' hours',
          'and ',
          '00:',
          'reset at ',
          'Z',
          'UTC',
          '999999999999',
        ),
      )
      .map((words) => words.join('')),
  );

  it('a wait is a finite amount, or undefined', () => {
    fc.assert(
      fc.property(nearly, (text) => {
        const headers = { get: () => text };
        const waits = [
          parseSpanMs(text),
          parseResetMs(text, NOW),
          waitInWords(text, NOW),
          retryAfterMs(headers, NOW),
          ...readIetfLimits(headers, NOW).flatMap(({ resetMs, windowMs }) => [resetMs, windowMs]),
        ];
        for (const wait of waits) {
          if (wait === undefined) continue;
          expect(Number.isFinite(wait)).toBe(true);
          expect(wait).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('200 kB take time in proportion', () => {
    for (const word of [
      'try again in ',
      '1m ',
      'wait ',
      'after 1 1 1 ',
      '9',
      '1:00:00:',
      ' ',
      'again in the your ',
      'warten ',
      '1分',
      'until ',
    ]) {
      const text = word.repeat(Math.ceil(200_000 / word.length));
      const from = performance.now();
      waitInWords(text, NOW);
      retryAfterMs({ get: () => text }, NOW);
      readLimits({ get: () => text }, NOW);
      // Quadratic patterns take minutes.
      expect(performance.now() - from).toBeLessThan(2000);
    }
  });
});
