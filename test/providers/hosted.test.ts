import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/providers/provider.ts';
import { providerFor } from '../../src/providers/provider-for.ts';

function at(baseURL: string): Provider {
  return providerFor({ sdk: 'openai', baseURL, azure: false });
}

const CALL = { model: 'm', stream: false, maxOutputTokens: 100 };
const ESTIMATE = { inputTokens: 30, outputTokens: 100 };
const USAGE = { inputTokens: 30, outputTokens: 10, cachedInputTokens: 20, cacheWriteTokens: 0 };

describe('hosts that speak OpenAI’s protocol', () => {
  it('are charged as they charge: Groq the sum, Gemini the input', () => {
    expect(at('https://api.groq.com/openai/v1').charge(ESTIMATE, CALL).tokens).toBe(130);
    const gemini = at('https://generativelanguage.googleapis.com/v1beta/openai');
    expect(gemini.charge(ESTIMATE, CALL).tokens).toBe(30);
    expect(gemini.settle(USAGE, CALL).tokens).toBe(30);
  });

  it('get cached input for nothing where it doesn’t count: at Groq', () => {
    expect(at('https://api.groq.com/openai/v1').settle(USAGE, CALL).tokens).toBe(20);
    expect(at('https://llm.example/v1').settle(USAGE, CALL).tokens).toBe(40);
  });

  it('take output several times off the limit, where they do: on Bedrock', () => {
    const call = { ...CALL, model: 'global.anthropic.claude-sonnet-5-v1:0' };
    const baseURL = 'https://bedrock-runtime.us-east-1.amazonaws.com';
    const claude = providerFor({ sdk: 'anthropic', baseURL, azure: false });
    for (const provider of [claude, at(`${baseURL}/openai/v1`)]) {
      expect(provider.charge(ESTIMATE, call).tokens).toBe(130);
      expect(provider.settle(USAGE, call).tokens).toBe(10 + 10 * 10);
      expect(provider.correction).toBe('settled');
    }
  });

  it('are paced as they enforce', () => {
    expect(at('https://api.groq.com/openai/v1').shape('tokens').enforcement).toBe('bucket');
    expect(at('https://api.mistral.ai/v1').shape('tokens').enforcement).toBe('window');
    expect(at('https://llm.example/v1').shape('tokens').enforcement).toBe('slices');
  });

  it('are the same provider each time', () => {
    expect(at('https://api.groq.com/openai/v1')).toBe(at('https://api.groq.com/openai/v1'));
  });
});

describe('endpoints that take a model’s time', () => {
  const post = (path: string) => ({ method: 'post', path, body: { model: 'm' } });

  it('are counted, the old and the rare ones too', () => {
    const claude = providerFor({
      sdk: 'anthropic',
      baseURL: 'https://api.anthropic.com',
      azure: false,
    });
    expect(claude.describe(post('/v1/complete'))?.model).toBe('m');
    const openai = at('https://api.openai.com/v1');
    expect(openai.describe(post('/responses/compact'))?.model).toBe('m');
    expect(openai.describe(post('/responses/input_tokens'))).toBeUndefined();
  });
});
