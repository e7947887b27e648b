import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/model/call.ts';
import type { Usage } from '../../src/model/usage.ts';
import { claude as anthropic } from '../../src/providers/anthropic-protocol.ts';
import { anthropicCompatible, compatible } from '../../src/providers/compatible.ts';
import { hosted } from '../../src/providers/hosted.ts';
import type { Provider } from '../../src/providers/provider.ts';

const openai = hosted('openai');
const azure = hosted('azure');

const call = (maxOutputTokens?: number, model = 'm'): Call => ({
  model,
  stream: false,
  maxOutputTokens,
});
const post = (path: string, body: unknown = { model: 'm' }) => ({ method: 'POST', path, body });

describe('describe', () => {
  test.each(['openai', 'azure', 'compatible'])('%s meters what takes a model’s time', (name) => {
    const provider = [openai, azure, compatible].find((it) => it.name === name);
    const paths = [
      '/chat/completions',
      'chat/completions',
      '/v1/chat/completions',
      '/v1/chat/completions/',
      '/v1/chat/completions?api-version=2026-01-01',
      '/openai/deployments/m/chat/completions',
      'https://api.openai.com/v1/chat/completions',
      '/completions',
      '/responses',
      '/embeddings',
      '/images/generations',
      '/images/edits',
      '/images/variations',
      '/audio/speech',
      '/audio/transcriptions',
      '/audio/translations',
      '/moderations',
      '/v1/ocr',
      '/v1/classifications',
      '/v1/chat/classifications',
    ];
    for (const path of paths) {
      expect(provider?.describe(post(path))).toMatchObject({ model: 'm', stream: false });
    }
  });

  test.each([
    ['GET', '/models'],
    ['GET', '/responses/resp_1'],
    ['GET', '/organization/usage/completions'],
    ['POST', '/responses/resp_1/cancel'],
    ['POST', '/responses/input_tokens'],
    ['POST', '/chat/completions/chatcmpl_1'],
    ['DELETE', '/chat/completions'],
    ['POST', '/files'],
    ['POST', '/batches'],
    ['POST', '/vector_stores'],
    ['POST', '/mycompletions'],
    ['POST', ''],
  ])('OpenAI does not meter %s %s', (method, path) => {
    expect(openai.describe({ method, path, body: { model: 'm' } })).toBeUndefined();
  });

  test.each([
    ['/v1/messages', true],
    ['/v1/messages?beta=true', true],
    ['messages', true],
    ['https://api.anthropic.com/v1/messages', true],
    ['/v1/messages/count_tokens', false],
    ['/v1/messages/batches', false],
    ['/v1/models', false],
    ['/v1/files', false],
  ])('Anthropic: %s', (path, isMetered) => {
    expect(anthropic.describe(post(path)) !== undefined).toBe(isMetered);
  });

  test.each([
    ['max_tokens', { max_tokens: 100 }, 100],
    ['max_completion_tokens first', { max_completion_tokens: 50, max_tokens: 100 }, 50],
    ['max_output_tokens', { max_output_tokens: 70 }, 70],
    ['all choices together', { max_tokens: 100, n: 3 }, 300],
    ['best_of', { max_tokens: 100, n: 2, best_of: 5 }, 500],
    ['several prompts', { max_tokens: 100, prompt: ['a', 'b', 'c'] }, 300],
    ['a prompt of tokens', { max_tokens: 100, prompt: [1, 2, 3] }, 100],
    ['nothing declared', { n: 3 }, undefined],
    ['nonsense', { max_tokens: '100', n: Number.NaN }, undefined],
    ['null', { max_tokens: null }, undefined],
  ])('the most output that is allowed: %s', (_, body, expected) => {
    expect(openai.describe(post('/chat/completions', body))?.maxOutputTokens).toBe(expected);
  });

  test('a form, where a file goes along', () => {
    const body = new FormData();
    body.set('model', 'gpt-4o-transcribe');
    body.set('stream', 'true');
    expect(openai.describe(post('/audio/transcriptions', body))).toEqual({
      model: 'gpt-4o-transcribe',
      stream: true,
      maxOutputTokens: undefined,
    });
  });

  test.each([undefined, null, 'text', 7, [], {}, { model: 7 }, { model: '' }])(
    'a body such as %j names no model',
    (body) => {
      const method = 'POST';
      expect(openai.describe({ method, path: '/responses', body })?.model).toBe('unknown');
      expect(anthropic.describe({ method, path: '/v1/messages', body })?.model).toBe('unknown');
    },
  );

  test('on Azure the deployment is the model, where the path has one', () => {
    const body = { model: 'gpt-4o' };
    const path = '/openai/deployments/eu%20chat/chat/completions';
    expect(azure.describe(post(path, body))?.model).toBe('eu chat');
    expect(azure.describe(post('/chat/completions', body))?.model).toBe('gpt-4o');
    expect(azure.describe(post('/deployments/%E0/embeddings', {}))?.model).toBe('%E0');
    expect(azure.describe(post('/openai/deployments'))).toBeUndefined();
  });
});

describe('charge', () => {
  const estimate = { inputTokens: 100, outputTokens: 40 };

  test('OpenAI: the larger of input and declared output', () => {
    const charged = (max?: number) => openai.charge(estimate, call(max));
    expect(charged(500)).toEqual({ requests: 1, tokens: 500, inputTokens: 100, outputTokens: 500 });
    expect(charged(20).tokens).toBe(100);
    expect(charged()).toEqual({ requests: 1, tokens: 100, inputTokens: 100, outputTokens: 40 });
  });

  test('each rule that a host may charge by, and what is taken as long as none was found', () => {
    const expecting = { ...estimate, expectedOutputTokens: 30 };
    const { charging } = compatible;
    const charges = { bare: 100, max: 500, sum: 600, expected: 130 };
    expect(charging?.charges(expecting, call(500))).toEqual(charges);
    expect(charging?.careful(expecting, call(500))).toBe(600);
    expect(charging?.recorded).toEqual({ at: 'sum', isSettled: false });
    expect(openai.charging?.careful(expecting, call(500))).toBe(130);
    expect(openai.charging?.careful(expecting, call(20))).toBe(100);
    expect(openai.charging?.careful(estimate, call(500))).toBe(500);
    expect(openai.charging?.recorded).toEqual({ at: 'bare', isSettled: false });
    expect(anthropic.charging).toBeUndefined();
  });

  test.each([azure, compatible])('$name: input and declared output', (provider) => {
    const charged = (max?: number) => provider.charge(estimate, call(max));
    expect(charged(500)).toEqual({ requests: 1, tokens: 600, inputTokens: 100, outputTokens: 500 });
    expect(charged()).toEqual({ requests: 1, tokens: 100, inputTokens: 100, outputTokens: 40 });
  });

  test('Anthropic: the input, and an expectation of output', () => {
    const charged = (max?: number) => anthropic.charge(estimate, call(max));
    expect(charged(64_000)).toEqual({
      requests: 1,
      tokens: 1124,
      inputTokens: 100,
      outputTokens: 1024,
    });
    expect(charged(10).outputTokens).toBe(10);
    expect(charged().outputTokens).toBe(1024);
  });
});

describe('settle', () => {
  const usage: Usage = {
    inputTokens: 1250,
    outputTokens: 400,
    cachedInputTokens: 1000,
    cacheWriteTokens: 200,
  };

  test.each([openai, azure, compatible])('$name: all input and output', (provider) => {
    expect(provider.settle(usage, call())).toEqual({
      requests: 1,
      tokens: 1650,
      inputTokens: 1250,
      outputTokens: 400,
    });
  });

  test('Anthropic: cache reads are free, except with Haiku 3.5', () => {
    expect(anthropic.settle(usage, call(1, 'claude-opus-5-5'))).toEqual({
      requests: 1,
      tokens: 650,
      inputTokens: 250,
      outputTokens: 400,
    });
    expect(anthropic.settle(usage, call(1, 'claude-3-5-haiku-20241022')).inputTokens).toBe(1250);
    expect(anthropic.settle(usage, call(1, 'claude-haiku-4-5')).inputTokens).toBe(250);
  });
});

test.each<[Provider, string, string]>([
  [openai, 'bucket 60', 'bucket 60'],
  [azure, 'slices 1', 'window 60'],
  [anthropic, 'slices 1', 'bucket 60'],
  [compatible, 'slices 0.25', 'slices 0.25'],
  [anthropicCompatible, 'slices 0.25', 'slices 0.25'],
])('the shape of $name’s limits', (provider, requests, tokens) => {
  const shape = (dimension: 'requests' | 'tokens' | 'inputTokens') => {
    const { enforcement, burstSeconds } = provider.shape(dimension);
    return `${enforcement} ${burstSeconds}`;
  };
  expect(shape('requests')).toBe(requests);
  expect(shape('tokens')).toBe(tokens);
  expect(shape('inputTokens')).toBe(tokens);
});
