import { beforeAll, describe, expect, test } from 'vitest';
import { encodingOf } from '../../src/tokens/chat-family.ts';
import { claudeFamily } from '../../src/tokens/claude-family.ts';
import { warmUp } from '../../src/tokens/estimate.ts';
import { modelName } from '../../src/tokens/model-name.ts';
import { chat } from './estimates.ts';

beforeAll(warmUp);

test.each([
  ['gpt-4', 'cl100k_base'],
  ['gpt-4-0613', 'cl100k_base'],
  ['gpt-4-turbo', 'cl100k_base'],
  ['gpt-3.5-turbo', 'cl100k_base'],
  ['gpt-35-turbo-16k', 'cl100k_base'],
  ['text-embedding-3-large', 'cl100k_base'],
  ['text-embedding-ada-002', 'cl100k_base'],
  ['gpt-4o', 'o200k_base'],
  ['gpt-4.1-mini', 'o200k_base'],
  ['gpt-4.5-preview', 'o200k_base'],
  ['gpt-5.6-terra', 'o200k_base'],
  ['gpt-6.2-astra', 'o200k_base'],
  ['o3', 'o200k_base'],
  ['gpt-oss-120b', 'o200k_base'],
  ['', 'o200k_base'],
])('%s has %s', (model, encoding) => {
  expect(encodingOf(model)).toBe(encoding);
});

test.each([
  ['gpt-4o', 'gpt-4o'],
  ['openai/gpt-4.1', 'gpt-4.1'],
  ['ft:gpt-4o-mini-2024-07-18:my-org::id', 'gpt-4o-mini-2024-07-18:my-org::id'],
  ['us.anthropic.claude-opus-4-8-v1:0', 'claude-opus-4-8-v1:0'],
  ['accounts/fireworks/models/llama-v3p1-8b', 'llama-v3p1-8b'],
  ['Claude-Opus-5', 'claude-opus-5'],
  [undefined, ''],
  [{}, ''],
])('the model %j is named %s', (model, name) => {
  expect(modelName('/chat/completions', { model })).toBe(name);
});

describe('a model of another vendor behind the same API', () => {
  const tokens = async (model: string): Promise<number> => {
    const content = 'the quick brown fox jumps over the lazy dog '.repeat(100);
    const [full, empty] = await Promise.all(
      [content, ''].map((text) => chat({ model, messages: [{ role: 'user', content: text }] })),
    );
    return (full?.inputTokens ?? 0) - (empty?.inputTokens ?? 0);
  };

  test.each([
    ['llama-3.3-70b-versatile', 1],
    ['google/gemini-2.5-flash', 1],
    ['anthropic/claude-sonnet-4.5', claudeFamily('claude-sonnet-4.5').weights.words],
    ['anthropic/claude-opus-4.8', claudeFamily('claude-opus-4.8').weights.words],
  ])('%s takes %d tokens for each of o200k_base', async (model, factor) => {
    expect((await tokens(model)) / 901).toBeCloseTo(factor, 2);
  });
});
