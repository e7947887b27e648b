import AnthropicFoundry from '@anthropic-ai/foundry-sdk';
import OpenAI, { AzureOpenAI } from 'openai';
import { AzureOpenAI as AzureOpenAI5 } from 'openai5';
import { AzureOpenAI as AzureOpenAI6 } from 'openai6';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { anthropicAdapter } from '../../src/sdk/anthropic.ts';
import { openaiAdapter } from '../../src/sdk/openai.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { upstreamAt } from '../../src/upstream.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { json, scripted } from './bench.ts';
import { MESSAGE, sdks } from './sdks.ts';

const GATEWAY = { apiKey: 'k', baseURL: 'https://gateway.contoso.com/openai', apiVersion: 'v1' };

describe.each([
  ['openai 5', AzureOpenAI5 as unknown as typeof AzureOpenAI],
  ['openai 6', AzureOpenAI6 as unknown as typeof AzureOpenAI],
  ['openai 7', AzureOpenAI],
])('%s: AzureOpenAI under a name that a minifier chose', (_, Client) => {
  class a extends Client {}

  it.each([
    ['with a deployment', { deployment: 'gpt' }],
    ['without', {}],
  ])('is Azure, %s, also as a copy', (__, options) => {
    const client = new a({ ...GATEWAY, ...options });
    const limited = withRateLimit(client, { limiter: createRateLimiter() });
    for (const each of [client, limited, limited.withOptions({ timeout: 9 })]) {
      expect(upstreamAt(openaiAdapter.destination(each), false).provider.name).toBe('azure');
    }
  });
});

it('a client whose own class has a field `apiVersion`, or is called Azure, is no AzureOpenAI', () => {
  class AzureLike extends OpenAI {
    apiVersion = 'v1';
  }
  const { provider } = upstreamAt(openaiAdapter.destination(new AzureLike({ apiKey: 'k' })), false);
  expect(provider.name).toBe('openai');
});

it('AnthropicFoundry under another name keeps what its `withOptions` loses', async () => {
  class a extends AnthropicFoundry {}
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock });
  const { fetch, seen } = scripted(clock, json(sdks.at(-1)?.answer ?? {}));
  const azureADTokenProvider = async () => 'token';
  const client = withRateLimit(new a({ azureADTokenProvider, resource: 'unit', fetch }), {
    limiter,
  });
  await clock.run(client.messages.create(MESSAGE));
  expect(seen.map(({ url, headers }) => [new URL(url).host, headers.authorization])).toEqual([
    ['unit.services.ai.azure.com', 'Bearer token'],
  ]);
  expect(upstreamAt(anthropicAdapter.destination(client), false).host).toBe(
    'unit.services.ai.azure.com',
  );
});
