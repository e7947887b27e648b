import fc from 'fast-check';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { withRateLimit } from '../../src/index.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

const MINUTE_MS = 60_000;
const HOSTS = [
  'api.openai.com',
  'api.example.com',
  'localhost:8000',
  'api.deepseek.com',
  'api.x.ai',
];
const ANSWER = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };

/** When each of the calls is sent, in milliseconds; all are asked for at once. */
async function sentAt(
  host: string,
  limits: object,
  shares: readonly number[],
  perMinute: number,
): Promise<number[]> {
  const clock = createVirtualClock();
  const startedAt = clock.now();
  const sent: number[] = [];
  const usage = new Map<string, number>();
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    sent.push(clock.now() - startedAt);
    const { user } = JSON.parse(String(init?.body)) as { user: string };
    const prompt_tokens = usage.get(user) ?? 0;
    const total = { prompt_tokens, completion_tokens: 0, total_tokens: prompt_tokens };
    return Response.json({ ...ANSWER, usage: total });
  };
  const bare = new OpenAI({ apiKey: 'any', baseURL: `https://${host}/v1`, fetch });
  const openai = withRateLimit(bare, {
    ...{ clock, limits, headroom: 0 },
    estimate: ({ body }) => {
      const { user } = body as { user: string };
      return { inputTokens: usage.get(user) ?? 0, outputTokens: 0 };
    },
  });
  const calls = shares.map((share, index) => {
    usage.set(`${index}`, Math.floor(share * perMinute));
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    return openai.chat.completions.create({ model: 'm', user: `${index}`, messages });
  });
  await clock.run(Promise.race([Promise.all(calls), waited(clock, 60 * MINUTE_MS)]));
  openai.rateLimit.close();
  await Promise.allSettled(calls);
  return sent;
}

function waited(clock: ReturnType<typeof createVirtualClock>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, ms, true);
  });
}

const limit = fc.record({
  host: fc.constantFrom(...HOSTS),
  kind: fc.constantFrom('tpm', 'itpm'),
  perMinute: fc.constantFrom(1000, 5000, 30_000, 200_000, 1_000_000, 10_000_000),
});

test('a call of any size that a limit allows is sent at once, where nothing was used', async () => {
  await fc.assert(
    fc.asyncProperty(limit, fc.double({ min: 0.01, max: 1, noNaN: true }), async (of, share) => {
      const sent = await sentAt(of.host, { [of.kind]: of.perMinute }, [share], of.perMinute);
      expect(sent).toEqual([0]);
    }),
  );
});

test('calls of any size are sent within twice the time that the limit needs for them', async () => {
  const shares = fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), {
    minLength: 2,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(limit, shares, async (of, each) => {
      const sent = await sentAt(of.host, { [of.kind]: of.perMinute }, each, of.perMinute);
      const minutes = each.reduce((sum, share) => sum + share, 0);
      expect(sent).toHaveLength(each.length);
      expect(Math.max(...sent)).toBeLessThanOrEqual((2 * minutes + 1) * MINUTE_MS);
    }),
  );
});
