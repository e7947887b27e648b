import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { writesText } from '../../src/tokens/api.ts';
import { estimateTokens, warmUp } from '../../src/tokens/estimate.ts';

beforeAll(warmUp);

const TEXT = 'The quick brown fox jumps over the lazy dog';
const GEMINI = '/v1beta/models/gemini-3.8-flash:generateContent';
const CONVERSE = '/model/us.amazon.nova-pro-v1%3A0/converse';

const estimate = (path: string, body: unknown) =>
  estimateTokens({ provider: 'compatible', path, body });
const input = async (path: string, body: unknown): Promise<number> =>
  (await estimate(path, body)).inputTokens;

describe('the input of a call', () => {
  const parts = [{ text: TEXT }];
  const tool = { name: 'find', description: TEXT, parameters: { type: 'object', properties: {} } };

  it.each([
    ['Gemini: contents', GEMINI, { contents: [{ parts }] }, 10],
    ['Gemini: a system prompt', GEMINI, { systemInstruction: { parts }, contents: [] }, 9],
    ['Gemini: a tool', GEMINI, { contents: [], tools: [{ functionDeclarations: [tool] }] }, 27],
    [
      'Gemini: an image',
      GEMINI,
      { contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }] }] },
      1091,
    ],
    [
      'Gemini: embeddings',
      '/v1beta/models/gemini-embedding-001:batchEmbedContents',
      { requests: [{ content: { parts } }, { content: { parts } }] },
      18,
    ],
    ['Converse: messages', CONVERSE, { messages: [{ content: [{ text: TEXT }] }] }, 9],
    ['Converse: a system prompt', CONVERSE, { system: [{ text: TEXT }], messages: [] }, 9],
    [
      'Converse: a result',
      CONVERSE,
      { messages: [{ content: [{ toolResult: { content: [{ text: TEXT }, { json: {} }] } }] }] },
      10,
    ],
    ['Cohere: messages', '/v2/chat', { messages: [{ role: 'user', content: TEXT }] }, 16],
    ['Cohere: a message', '/v1/chat', { message: TEXT, chat_history: [] }, 9],
    ['Cohere: texts', '/v2/embed', { texts: [TEXT, TEXT] }, 18],
    ['Cohere: documents', '/v2/rerank', { query: TEXT, documents: [TEXT] }, 18],
  ])('%s', async (_, path, body, tokens) => {
    expect(await input(path, body)).toBe(tokens);
  });

  it.each([GEMINI, CONVERSE, '/v2/chat'])('never makes an estimate fail: %s', async (path) => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (body) => {
        const { inputTokens, outputTokens } = await estimate(path, body);
        expect(inputTokens >= 0 && outputTokens >= 0).toBe(true);
      }),
    );
  });
});

it.each([
  [GEMINI, { generationConfig: { maxOutputTokens: 50, candidateCount: 2 } }, 100],
  [CONVERSE, { inferenceConfig: { maxTokens: 50 } }, 50],
  ['/v2/chat', { max_tokens: 50 }, 50],
  ['/v2/chat', {}, 0],
])('the output that a call allows: %s', async (path, body, tokens) => {
  expect((await estimate(path, body)).outputTokens).toBe(tokens);
  expect(writesText(path)).toBe(true);
});
