import { createGateway } from '@ai-sdk/gateway';
import { Agent } from '@mastra/core/agent';
import { generateText } from 'ai';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';

const TOTAL = { inputTokens: { total: 9 }, outputTokens: { total: 3 } };
const BY_GATEWAY = {
  content: [{ type: 'text', text: 'Hi' }],
  ...{ finishReason: { unified: 'stop', raw: 'stop' }, usage: TOTAL, warnings: [] },
};
const content = [{ type: 'output_text', text: 'Hi', annotations: [] }];
const BY_OPENAI = {
  ...{ id: 'r', object: 'response', created_at: 1, model: 'gpt-4o', status: 'completed' },
  output: [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content }],
  usage: { input_tokens: 9, output_tokens: 3, total_tokens: 12 },
};

let limiter: RateLimiter;

beforeEach(() => {
  vi.stubEnv('AI_GATEWAY_API_KEY', 'key');
  vi.stubEnv('OPENAI_API_KEY', 'key');
  vi.stubGlobal('fetch', async (url: unknown) =>
    Response.json(String(url).includes('/ai/language-model') ? BY_GATEWAY : BY_OPENAI),
  );
  limiter = createRateLimiter();
});

afterEach(async () => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  await limiter.close();
});

const ask = () => generateText({ model: 'openai/gpt-4o', prompt: 'Hi', maxRetries: 0 });
const counted = () => limiter.snapshot().map(({ lane, totals }) => [lane, totals.calls]);

it('a model by its name is limited by the AI SDK’s default provider', async () => {
  vi.stubGlobal('AI_SDK_DEFAULT_PROVIDER', createGateway({ fetch: limiter.fetch }));
  expect((await ask()).text).toBe('Hi');
  expect(counted()).toEqual([['ai-gateway.vercel.sh/openai/gpt-4o', 1]]);
});

it('or by the global fetch', async () => {
  vi.stubGlobal('fetch', limiter.fetch);
  expect((await ask()).text).toBe('Hi');
  expect(counted()).toEqual([['ai-gateway.vercel.sh/openai/gpt-4o', 1]]);
});

it('so is Mastra’s', async () => {
  vi.stubGlobal('fetch', limiter.fetch);
  const agent = new Agent({ name: 'a', id: 'a', instructions: 'Hi', model: 'openai/gpt-4o' });
  expect((await agent.generate('Hi')).text).toBe('Hi');
  expect(counted()).toEqual([['api.openai.com/gpt-4o', 1]]);
});
