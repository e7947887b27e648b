import { beforeAll, describe, expect, test } from 'vitest';
import { estimateTokens, loadedEstimator, warmUp } from '../../src/tokens/estimate.ts';
import { pngDataUrl } from './image-headers.ts';

beforeAll(warmUp);

const STUDIO = (model: string) => `/v1beta/models/${model}:generateContent`;
const VERTEX = (model: string) =>
  `/v1/projects/p/locations/l/publishers/google/models/${model}:generateContent`;
/** Nine tokens. */
const TEXT = 'The quick brown fox jumps over the lazy dog';

async function input(path: string, body: unknown): Promise<number> {
  return (await estimateTokens({ provider: 'compatible', path, body })).inputTokens;
}

const said = (...parts: unknown[]) => ({ contents: [{ role: 'user', parts }] });

describe('a text', () => {
  test.each([
    [STUDIO('gemini-2.0-flash'), 9],
    [STUDIO('gemini-2.5-flash'), 10],
    [STUDIO('gemini-flash-latest'), 10],
    [VERTEX('gemini-2.5-flash'), 9],
    [VERTEX('gemini-3-flash-preview'), 9],
  ])('has a frame of one token, but not in old models and at Vertex: %s', async (path, tokens) => {
    expect(await input(path, said({ text: TEXT }))).toBe(tokens);
    expect(await input(path, { contents: { parts: { text: TEXT } } })).toBe(tokens);
  });

  test('has a token for each digit', async () => {
    const path = STUDIO('gemini-2.0-flash');
    expect(await input(path, said({ text: '123456' }))).toBe(6);
    expect(await input(path, said({ text: 'the 12' }))).toBe(1 + 1 + 2);
  });

  test('may be in either case', async () => {
    const path = STUDIO('gemini-2.5-flash');
    const system = { parts: [{ text: TEXT }] };
    expect(await input(path, { systemInstruction: system })).toBe(9);
    expect(await input(path, { system_instruction: system })).toBe(9);
  });
});

describe('functions', () => {
  const tool = {
    functionDeclarations: [
      {
        name: 'find',
        description: TEXT,
        parameters: {
          type: 'OBJECT',
          properties: { place: { type: 'STRING', description: TEXT, enum: ['here', 'there'] } },
        },
      },
    ],
  };
  const words = 1 + 9 + 1 + 9 + 2;

  test.each([
    [STUDIO('gemini-2.0-flash'), 4.5],
    [VERTEX('gemini-3.5-flash'), 4.5],
    [STUDIO('gemini-2.5-flash'), 20.5 + 9.5 + 2 * 3],
    [STUDIO('gemini-3.5-flash'), 17 + 21 + 18 + 2 * 8],
  ])('cost their words, and more where they are shown as sent: %s', async (path, around) => {
    expect(await input(path, { tools: [tool] })).toBe(Math.ceil(words + around));
    expect(await input(path, { tools: tool })).toBe(Math.ceil(words + around));
    const { functionDeclarations } = tool;
    const snake = [{ function_declarations: functionDeclarations }];
    expect(await input(path, { tools: snake })).toBe(Math.ceil(words + around));
  });

  test('of Google are open, and so is what is cached', async () => {
    const open = async (body: unknown) => {
      const request = { provider: 'compatible', path: STUDIO('gemini-2.5-flash'), body };
      return (await loadedEstimator()?.measure(request))?.openTokens;
    };
    expect(await open({ tools: [{ googleSearch: {} }] })).toBe(120);
    expect(await open({ tools: [{ google_search: {} }] })).toBe(120);
    expect(await open({ tools: [tool] })).toBe(0);
    const path = STUDIO('gemini-2.5-flash');
    const body = { cachedContent: 'cachedContents/1' };
    const measured = await loadedEstimator()?.measure({ provider: 'compatible', path, body });
    expect(measured?.inputSite).toContain(' 1 ');
  });

  test('a schema of the reply costs nothing', async () => {
    const responseSchema = { type: 'OBJECT', description: TEXT };
    const body = { ...said({ text: TEXT }), generationConfig: { responseSchema } };
    expect(await input(STUDIO('gemini-2.5-flash'), body)).toBe(10);
  });
});

describe('thoughts that are sent back', () => {
  const signed = (thoughtSignature: string, ...after: unknown[]) => ({
    contents: [
      { role: 'user', parts: [{ text: TEXT }] },
      { role: 'model', parts: [{ functionCall: { name: 'find', args: {} }, thoughtSignature }] },
      { role: 'user', parts: [{ functionResponse: { name: 'find', response: {} } }] },
      ...after,
    ],
  });
  const more = async (path: string, ...after: unknown[]) =>
    (await input(path, signed('A'.repeat(1130), ...after))) -
    (await input(path, signed('', ...after)));

  test.each([
    [STUDIO('gemini-3.5-flash'), 213],
    [STUDIO('gemini-2.5-flash'), 0],
    [STUDIO('gemini-2.5-flash').replace('generate', 'streamGenerate'), 155],
    [VERTEX('gemini-2.5-flash'), 132],
    [VERTEX('gemini-3.5-flash'), 0],
  ])('count by their signature: %s', async (path, tokens) => {
    expect(await more(path)).toBe(tokens);
  });

  test('count until the user says something else', async () => {
    const next = { role: 'user', parts: [{ text: TEXT }] };
    expect(await more(STUDIO('gemini-3.5-flash'), next)).toBe(0);
  });
});

describe('a file', () => {
  const [, picture = ''] = pngDataUrl(1024, 1024).split(',');

  test.each([
    ['gemini-2.0-flash', 5 * 258],
    ['gemini-2.5-flash', 1 + 258],
    ['gemini-3.5-flash', 1 + 1090],
  ])('that is a picture costs its tiles, or the same for all: %s', async (model, tokens) => {
    const inlineData = { mimeType: 'image/png', data: picture };
    expect(await input(STUDIO(model), said({ inlineData }))).toBe(tokens);
    const snake = { inline_data: { mime_type: 'image/png', data: picture } };
    expect(await input(STUDIO(model), said(snake))).toBe(tokens);
    const result = { functionResponse: { name: '', response: {}, parts: [{ inlineData }] } };
    const without = { functionResponse: { name: '', response: {} } };
    const path = STUDIO(model);
    const frame = tokens % 2; // around the content
    expect((await input(path, said(result))) - (await input(path, said(without)))).toBe(
      tokens - frame,
    );
  });

  test('that is sound costs its seconds, and a text its tokens', async () => {
    const sound = {
      inlineData: { mimeType: 'audio/mp3', data: 'A'.repeat(((16_000 * 4) / 3) * 3) },
    };
    expect(await input(VERTEX('gemini-2.5-flash'), said(sound))).toBe(3 * 32);
    expect(await input(VERTEX('gemini-2.0-flash'), said(sound))).toBe(3 * 25);
    const text = { inlineData: { mimeType: 'text/plain', data: btoa(TEXT) } };
    expect(await input(VERTEX('gemini-2.0-flash'), said(text))).toBe(4 + 9);
  });

  test('of Google or elsewhere is open', async () => {
    const body = said({ fileData: { fileUri: 'gs://a/b.png', mimeType: 'image/png' } });
    const request = { provider: 'compatible', path: VERTEX('gemini-3.5-flash'), body };
    expect((await loadedEstimator()?.measure(request))?.openTokens).toBe(1090);
  });
});

test('behind the protocol of OpenAI, pictures cost what they do in Gemini and in Claude', async () => {
  const picture = async (model: string) => {
    const url = pngDataUrl(128, 128);
    const body = (content: unknown[]) => ({ model, messages: [{ role: 'user', content }] });
    const path = '/v1/chat/completions';
    const image = { type: 'image_url', image_url: { url } };
    return (await input(path, body([image]))) - (await input(path, body([])));
  };
  expect(await picture('google/gemini-2.5-flash')).toBe(258);
  expect(await picture('anthropic/claude-haiku-4.5')).toBe(25);
});
