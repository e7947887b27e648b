import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { CallTooLarge } from '../../src/errors.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const GIVEN = { limits: { rpm: 600, tpm: 600_000 } };
const LONG = 'lorem ipsum dolor sit amet '.repeat(600);
const USAGE = { prompt_tokens: 3600, completion_tokens: 20, total_tokens: 3620 };

/** A host that shows the same headers with each answer, and refuses nothing. */
function host(headers: Record<string, string>, options: object, baseURL: string) {
  const clock = createVirtualClock({ start: START });
  const answer = { object: 'chat.completion', choices: [], usage: USAGE };
  const fetch = async (): Promise<Response> => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 200));
    return Response.json(answer, { headers });
  };
  const client = withRateLimit(new OpenAI({ apiKey: 'k', baseURL, maxRetries: 0, fetch }), {
    clock,
    ...options,
  });
  const ask = (content: string): Promise<unknown> =>
    client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content }] });
  return { clock, ask };
}

it.each([
  ['Fireworks, a second', 'https://api.fireworks.ai/inference/v1', 'x-ratelimit-*-tokens-prompt'],
  ['a minute', 'https://llm.example/v1', 'x-ratelimit-*-tokens-minute'],
  ['a day', 'https://llm.example/v1', 'x-ratelimit-*-tokens-day'],
])(
  'a limit that calls exceed by themselves, and pass, turns none away: %s',
  async (_, url, name) => {
    for (const options of [GIVEN, {}]) {
      const headers = {
        [name.replace('*', 'limit')]: '1000',
        [name.replace('*', 'remaining')]: '900',
      };
      const { clock, ask } = host(headers, options, url);
      await clock.run(Promise.all(Array.from({ length: 10 }, () => ask(LONG))));
      await clock.run(ask(LONG.repeat(2)));
      expect(clock.now() - START).toBeLessThan(90 * MINUTE);
    }
  },
);

it.each([
  ['a day', 'x-ratelimit-limit-tokens-day', '1000'],
  ['a minute, a tenth of the call', 'x-ratelimit-limit-tokens-minute', '40'],
])('such a limit is ignored if it is for %s', async (_, name, limit) => {
  const { clock, ask } = host({ [name]: limit }, GIVEN, 'https://llm.example/v1');
  for (let i = 0; i < 10; i++) await clock.run(ask(LONG));
  expect(clock.now() - START).toBeLessThan(MINUTE);
});

it('a limit over seconds that small calls confirm turns no larger one away', async () => {
  const headers = { 'x-ratelimit-limit-tokens-prompt': '5000' };
  const { clock, ask } = host(headers, {}, 'https://api.fireworks.ai/inference/v1');
  for (let i = 0; i < 5; i++) await clock.run(ask(LONG));
  await clock.run(ask(LONG.repeat(3)));
});

it('a confirmed limit that no call has exceeded turns larger ones away', async () => {
  const headers = { 'x-ratelimit-limit-tokens': '5000', 'x-ratelimit-remaining-tokens': '4000' };
  const { clock, ask } = host(headers, {}, 'https://llm.example/v1');
  for (let i = 0; i < 2; i++) await clock.run(ask(LONG));
  await expect(clock.run(ask(LONG.repeat(3)))).rejects.toThrow(CallTooLarge);
});
