import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { NOTHING, underWay } from '../sdk/bench.ts';
import { aiResponses } from './ai-sdk.ts';
import { integrated } from './bench.ts';
import { langchain } from './others.ts';
import { textOf } from './reading.ts';
import { openaiSdk, plainFetch } from './sdks.ts';

const LIMITS = { rpm: 20, tpm: 4000 };

it('keeps a wrapped client, the AI SDK, LangChain and fetch within one limit: no 429', async () => {
  const { clock, simulator, listening, limiter, client, fetch, server } = await integrated(
    plainFetch,
    { limits: LIMITS },
    { limits: LIMITS },
  );
  const origin = listening.url;
  const seams = { fetch, origin, limiter, server };
  const wrapped = openaiSdk.make(seams);
  const sdk = new OpenAI({ apiKey: 'key', baseURL: `${origin}/v1`, fetch });
  const limited = withRateLimit(sdk, { limiter });
  const own = async (): Promise<unknown> =>
    limited.chat.completions.create({
      model: 'gpt-4o',
      max_tokens: 64,
      messages: [{ role: 'user', content: 'Say hi' }],
    });
  const clients = [client, wrapped, aiResponses.make(seams)];
  const others = [...clients, langchain.make(seams)];
  const asks = [own, ...others.flatMap((each) => [() => each.ask(), () => textOf(each.stream())])];
  const calls = Array.from({ length: 45 }, (_, index) => asks[index % asks.length]!());
  await clock.run(Promise.all(calls));
  await listening.close();
  expect(simulator.log.map(({ status }) => status)).toEqual(Array(45).fill(200));
  expect(limiter.snapshot().map(({ totals }) => totals.calls)).toEqual([45]);
  expect(clock.now()).toBeGreaterThan(100_000);
  expect(underWay(limiter)).toEqual(NOTHING);
});
