import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asMessages } from '../../src/providers/native-path.ts';
import { protocolOf } from '../../src/providers/protocol.ts';
import { providerFor } from '../../src/providers/provider-for.ts';

const GEMINI = '/v1beta/models/gemini-3.8-flash';
const VERTEX = '/v1/projects/p/locations/eu/publishers';

describe('the protocol of a path', () => {
  it.each([
    ['/v1/chat/completions', 'openai'],
    ['/openai/deployments/d/chat/completions?api-version=1', 'openai'],
    ['/v1/embeddings', 'openai'],
    ['/v1/ocr', 'openai'],
    ['/v1/chat/classifications', 'openai'],
    ['/v1/messages', 'anthropic'],
    ['/v1/threads/t/messages', undefined],
    ['/v1/messages/count_tokens', undefined],
    [`${GEMINI}:generateContent`, 'gemini'],
    [`${GEMINI}:streamGenerateContent?alt=sse`, 'gemini'],
    [`${GEMINI}:batchEmbedContents`, 'gemini'],
    [`${GEMINI}:countTokens`, undefined],
    [GEMINI, undefined],
    [`${VERTEX}/google/models/gemini-3.8-flash:generateContent`, 'gemini'],
    [`${VERTEX}/anthropic/models/claude-opus-5-5@20260101:streamRawPredict`, 'anthropic'],
    ['/model/eu.anthropic.claude-opus-5-5-v1%3A0/invoke', 'anthropic'],
    ['/model/us.amazon.nova-pro-v1%3A0/converse', 'converse'],
    ['/model/us.amazon.nova-pro-v1%3A0/converse-stream', 'converse'],
    ['/model/us.amazon.nova-pro-v1%3A0/invoke', 'converse'],
    ['/model/us.amazon.nova-pro-v1%3A0/async-invoke', undefined],
    ['/v2/chat', 'cohere'],
    ['/v1/rerank', 'openai'],
    ['/v4/ai/language-model', 'gateway'],
    ['/v4/ai/embedding-model', 'gateway'],
    ['/v4/ai/config', undefined],
    ['/api/chat', undefined],
    ['/v1/models', undefined],
    ['/', undefined],
  ])('%s: %s', (path, protocol) => {
    expect(protocolOf(path)).toBe(protocol);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (path) => void protocolOf(path)));
    fc.assert(fc.property(fc.webPath(), (path) => void protocolOf(`${path}/model/%/converse`)));
  });
});

describe('a call of', () => {
  const POST = 'POST';

  it.each([
    [
      'Gemini',
      'gemini',
      'https://generativelanguage.googleapis.com',
      {
        path: `${GEMINI}:streamGenerateContent`,
        body: { generationConfig: { maxOutputTokens: 100, candidateCount: 2 } },
      },
      { model: 'gemini-3.8-flash', stream: true, maxOutputTokens: 200 },
      { requests: 1, tokens: 10, inputTokens: 10, outputTokens: 200 },
    ],
    [
      'Converse',
      'converse',
      'https://bedrock-runtime.eu-west-1.amazonaws.com',
      {
        path: '/model/us.amazon.nova-pro-v1%3A0/converse',
        body: { inferenceConfig: { maxTokens: 100 } },
      },
      { model: 'us.amazon.nova-pro-v1:0', stream: false, maxOutputTokens: 100 },
      { requests: 1, tokens: 110, inputTokens: 10, outputTokens: 100 },
    ],
    [
      'Cohere',
      'cohere',
      'https://api.cohere.com',
      { path: '/v2/chat', body: { model: 'command-a-03-2025', stream: true, max_tokens: 100 } },
      { model: 'command-a-03-2025', stream: true, maxOutputTokens: 100 },
      { requests: 1, tokens: 110, inputTokens: 10, outputTokens: 100 },
    ],
  ] as const)(
    '%s is described and charged by its host’s rules',
    (_, sdk, baseURL, asked, call, cost) => {
      const provider = providerFor({ sdk, baseURL, azure: false });
      expect(provider.describe({ method: POST, ...asked })).toEqual(call);
      expect(provider.describe({ method: 'GET', ...asked })).toBeUndefined();
      expect(provider.describe({ method: POST, path: '/v1/models', body: {} })).toBeUndefined();
      expect(provider.charge({ inputTokens: 10, outputTokens: 0 }, call)).toEqual(cost);
    },
  );

  it('Claude at Vertex and Bedrock is one of Anthropic’s, as its SDKs see it', () => {
    const body = { anthropic_version: 'vertex-2023-10-16', max_tokens: 5 };
    const vertex = `${VERTEX}/anthropic/models/claude-opus-5-5@20260101:streamRawPredict`;
    const bedrock = '/model/eu.anthropic.claude-opus-5-5-v1%3A0/invoke';
    expect(asMessages({ method: POST, path: vertex, body })).toEqual({
      method: POST,
      path: '/v1/messages',
      body: { ...body, model: 'claude-opus-5-5@20260101', stream: true },
    });
    expect(asMessages({ method: POST, path: bedrock, body })).toEqual({
      method: POST,
      path: '/v1/messages',
      body: { ...body, model: 'eu.anthropic.claude-opus-5-5-v1:0', stream: false },
    });
    const other = { method: POST, path: '/v1/messages', body };
    expect(asMessages(other)).toBe(other);
  });
});
