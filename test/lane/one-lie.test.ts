import fc from 'fast-check';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const GIVEN = { limits: { rpm: 600, tpm: 60_000 } };
const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
};

interface Lie {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly error?: object;
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** Where a response may say that it takes so many seconds. */
const SAYINGS: readonly ((seconds: number) => Lie)[] = [
  (s) => ({ status: 429, headers: { 'retry-after': `${s}` } }),
  (s) => ({ status: 429, headers: { 'retry-after-ms': `${1000 * s}` } }),
  (s) => ({
    status: 429,
    headers: { 'retry-after': new Date(START + 10_000 + 1000 * s).toUTCString() },
  }),
  (s) => ({ status: 429, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${s}` } }),
  (s) => ({ status: 429, headers: exhausted('requests', s) }),
  (s) => ({ status: 429, headers: exhausted('tokens', s) }),
  (s) => ({ status: 429, message: `Please try again in ${s}s.` }),
  (s) => ({ status: 429, message: `Rate limit reached for requests per day. Wait ${s} seconds.` }),
  (s) => ({ status: 429, error: { details: [{ '@type': RETRY_INFO, retryDelay: `${s}s` }] } }),
  (s) => ({ status: 429, error: { code: 'slow_down' }, headers: { 'retry-after': `${s}` } }),
  (s) => ({ status: 413, message: `Rate limit reached. Try again in ${s} seconds.` }),
  (s) => ({ status: 403, message: `Quota exceeded. Try again in ${s} seconds.` }),
  (s) => ({ status: 200, headers: exhausted('requests', s) }),
  (s) => ({ status: 200, headers: exhausted('tokens', s) }),
  (s) => ({ status: 200, headers: { ratelimit: `limit=600, remaining=0, reset=${s}` } }),
];

function exhausted(dimension: string, seconds: number): Record<string, string> {
  return {
    [`x-ratelimit-limit-${dimension}`]: '600',
    [`x-ratelimit-remaining-${dimension}`]: '0',
    [`x-ratelimit-reset-${dimension}`]: `${seconds}s`,
  };
}

function told({ status, headers = {}, message = 'Rate limit reached.', error }: Lie): Response {
  const refusal = { error: { message, code: 'rate_limit_exceeded', ...error } };
  return Response.json(status === 200 ? ANSWER : refusal, { status, headers });
}

/** A client of a host that answers all but its third call honestly. */
function lyingHost(clock: VirtualClock, lie: Lie, options: object): () => Promise<unknown> {
  let calls = 0;
  const fetch = async (): Promise<Response> => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 200));
    return ++calls === 3 ? told(lie) : Response.json(ANSWER);
  };
  const account = { apiKey: 'k', baseURL: 'https://llm.example/v1', maxRetries: 0, fetch };
  const client = withRateLimit(new OpenAI(account), { clock, ...options });
  const messages = [{ role: 'user' as const, content: 'Say hi' }];
  return () => client.chat.completions.create({ model: 'm', messages, max_tokens: 8 });
}

it('no lie of one response costs a later call more than a minute', async () => {
  const seconds = fc.integer({ min: 1, max: 400 * 86_400 });
  const late = fc.integer({ min: 0, max: 2 * MINUTE });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SAYINGS),
      fc.oneof(fc.integer({ min: 50, max: 1200 }), seconds),
      fc.constantFrom(GIVEN, {}),
      fc.array(late, { minLength: 1, maxLength: 6 }),
      async (saying, wait, options, times) => {
        const clock = createVirtualClock({ start: START });
        const ask = lyingHost(clock, saying(wait), options);
        for (let i = 0; i < 3; i++) await clock.run(ask().catch(() => {}));
        const took: Promise<number>[] = [];
        for (const gap of times) {
          await clock.advance(gap);
          const since = clock.now();
          took.push(ask().then(() => clock.now() - since));
        }
        const longest = Math.max(...(await clock.run(Promise.all(took))));
        expect(longest).toBeLessThanOrEqual(MINUTE);
      },
    ),
    { numRuns: 60 },
  );
});

it.each([1, 10, 59, 60])('a wait of %d s is kept by all calls', async (wait) => {
  const clock = createVirtualClock({ start: START });
  const headers = { 'retry-after': `${wait}` };
  const ask = lyingHost(clock, { status: 429, headers }, GIVEN);
  for (let i = 0; i < 3; i++) await clock.run(ask().catch(() => {}));
  const since = clock.now();
  await clock.run(ask());
  expect(clock.now() - since).toBe(1000 * wait + 200);
});
