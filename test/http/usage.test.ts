import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { usageOf } from '../../src/http/usage.ts';

/** Shapes as the types of openai 7.57 and @anthropic-ai/sdk 1.12 have them, unless named. */
describe('usageOf', () => {
  test('chat completions: cached and written input is included', () => {
    const usage = {
      prompt_tokens: 1117,
      completion_tokens: 46,
      total_tokens: 1163,
      prompt_tokens_details: { cached_tokens: 1024, cache_write_tokens: 64, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 20 },
    };
    expect(usageOf({ object: 'chat.completion', usage })).toEqual({
      inputTokens: 1117,
      outputTokens: 46,
      cachedInputTokens: 1024,
      cacheWriteTokens: 64,
    });
  });

  test('Anthropic: passes that compact the context count, an adviser’s don’t (2026-08)', () => {
    const pass = (type: string, input_tokens: number, output_tokens: number, read = 0) => ({
      type,
      input_tokens,
      output_tokens,
      cache_read_input_tokens: read,
    });
    const usage = {
      ...pass('', 162, 11, 5),
      iterations: [
        pass('compaction', 99_195, 81, 7),
        pass('advisor_message', 1000, 1000),
        pass('message', 162, 11, 5),
      ],
    };
    expect(usageOf({ type: 'message', usage })).toEqual({
      inputTokens: 99_195 + 7 + 162 + 5,
      outputTokens: 92,
      cachedInputTokens: 12,
      cacheWriteTokens: 0,
    });
    for (const iterations of [[], [null], 'x', [{ type: 'message' }]]) {
      expect(usageOf({ usage: { ...usage, iterations } })).toMatchObject({ inputTokens: 167 });
    }
  });

  test('LiteLLM: what is written to the cache is in the details (BerriAI/litellm#11364)', () => {
    const usage = {
      prompt_tokens: 98_805,
      completion_tokens: 5120,
      total_tokens: 103_925,
      prompt_tokens_details: { cached_tokens: 66_360, cache_creation_tokens: 32_435 },
    };
    expect(usageOf({ usage })).toEqual({
      inputTokens: 98_805,
      outputTokens: 5120,
      cachedInputTokens: 66_360,
      cacheWriteTokens: 32_435,
    });
  });

  test('Moonshot: a stream has it in its last choice (earendil-works/pi#2017)', () => {
    const usage = { prompt_tokens: 19, completion_tokens: 13, total_tokens: 32 };
    const choice = { index: 0, delta: {}, finish_reason: 'stop', usage };
    const counted = { inputTokens: 19, outputTokens: 13 };
    expect(usageOf({ choices: [choice] })).toMatchObject(counted);
    expect(usageOf({ choices: [{ index: 0, usage: { prompt_tokens: 1 } }], usage })).toMatchObject(
      counted,
    );
    for (const choices of [[], [null], [{ usage: null }], 'x', [{ usage: [] }]]) {
      expect(usageOf({ choices })).toBeUndefined();
    }
  });

  test("Vertex: an embedding's tokens are beside it (2026)", () => {
    const prediction = (token_count: unknown) => ({
      embeddings: { values: [0.1], statistics: { truncated: false, token_count } },
    });
    const metadata = { billableCharacterCount: 40 };
    expect(usageOf({ predictions: [prediction(3), prediction(4)], metadata })).toEqual({
      inputTokens: 7,
      outputTokens: 0,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
    });
    for (const predictions of ['x', [], [null], [prediction('3')], [{ embeddings: [] }]]) {
      expect(usageOf({ predictions, metadata })).toBeUndefined();
    }
  });

  test("AI Studio: an embedding's tokens (2026)", () => {
    const usageMetadata = { promptTokenCount: 7, promptTokenDetails: [] };
    expect(usageOf({ embedding: { values: [0.1] }, usageMetadata })).toMatchObject({
      inputTokens: 7,
      outputTokens: 0,
    });
  });

  test('Mistral: audio is input that the total has (2026)', () => {
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 248,
      total_tokens: 632,
      prompt_tokens_details: { audio_tokens: 375 },
    };
    expect(usageOf({ usage })).toMatchObject({ inputTokens: 384, outputTokens: 248 });
    const openai = { ...usage, prompt_tokens: 384 };
    expect(usageOf({ usage: openai })).toMatchObject({ inputTokens: 384, outputTokens: 248 });
  });

  test('Gemini: thoughts are output, what tools add is input, the cache is included', () => {
    const usageMetadata = {
      promptTokenCount: 100,
      toolUsePromptTokenCount: 20,
      cachedContentTokenCount: 60,
      candidatesTokenCount: 30,
      thoughtsTokenCount: 50,
      totalTokenCount: 200,
    };
    const expected = {
      inputTokens: 120,
      outputTokens: 80,
      cachedInputTokens: 60,
      cacheWriteTokens: 0,
    };
    expect(usageOf({ candidates: [], usageMetadata })).toEqual(expected);
    expect(usageOf({ usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 } })).toMatchObject({
      inputTokens: 7,
      outputTokens: 0,
    });
  });

  test('Bedrock’s Converse: the cache comes on top', () => {
    const usage = {
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
      cacheReadInputTokens: 60,
      cacheWriteInputTokens: 40,
    };
    expect(usageOf({ output: {}, usage })).toEqual({
      inputTokens: 110,
      outputTokens: 5,
      cachedInputTokens: 60,
      cacheWriteTokens: 40,
    });
  });

  test('Cohere: the tokens, not those that are billed; embeddings say only these', () => {
    const tokens = { input_tokens: 9, output_tokens: 3 };
    const usage = { billed_units: { input_tokens: 4, output_tokens: 3 }, tokens };
    const expected = { inputTokens: 9, outputTokens: 3, cachedInputTokens: 0, cacheWriteTokens: 0 };
    expect(usageOf({ usage })).toEqual(expected);
    expect(usageOf({ type: 'message-end', delta: { usage } })).toEqual(expected);
    expect(usageOf({ text: 'Hi', meta: usage })).toEqual(expected);
    expect(usageOf({ embeddings: {}, meta: { billed_units: { input_tokens: 4 } } })).toMatchObject({
      inputTokens: 4,
      outputTokens: 0,
    });
  });

  test('Responses, alone and in the event that completes a stream', () => {
    const usage = {
      input_tokens: 328,
      input_tokens_details: { cached_tokens: 256, cache_write_tokens: 10 },
      output_tokens: 52,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 380,
    };
    const expected = {
      inputTokens: 328,
      outputTokens: 52,
      cachedInputTokens: 256,
      cacheWriteTokens: 10,
    };
    expect(usageOf({ object: 'response', usage })).toEqual(expected);
    expect(usageOf({ type: 'response.completed', response: { usage } })).toEqual(expected);
  });

  test('Anthropic: `input_tokens` leaves out what was cached or written', () => {
    const usage = {
      input_tokens: 50,
      cache_creation_input_tokens: 200,
      cache_read_input_tokens: 1000,
      output_tokens: 400,
      service_tier: 'standard',
    };
    const expected = {
      inputTokens: 1250,
      outputTokens: 400,
      cachedInputTokens: 1000,
      cacheWriteTokens: 200,
    };
    expect(usageOf({ type: 'message', usage })).toEqual(expected);
    expect(usageOf({ type: 'message_start', message: { usage } })).toEqual(expected);
  });

  test('Anthropic: what is written to the cache for an hour is a part of what is written', () => {
    const written = (hour: unknown) =>
      usageOf({
        usage: {
          input_tokens: 50,
          cache_creation_input_tokens: 200,
          cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: hour },
          output_tokens: 1,
        },
      });
    expect(written(180)).toMatchObject({ cacheWriteTokens: 200, hourCacheWriteTokens: 180 });
    expect(written(900)).toMatchObject({ cacheWriteTokens: 200, hourCacheWriteTokens: 200 });
    for (const none of [0, undefined, null, '180', -1]) {
      expect(written(none)).not.toHaveProperty('hourCacheWriteTokens');
    }
  });

  test.each([
    ['embeddings', { usage: { prompt_tokens: 8, total_tokens: 8 } }, 8, 0],
    ['completions', { usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 } }, 5, 7],
    [
      'images',
      {
        usage: {
          input_tokens: 50,
          output_tokens: 4160,
          total_tokens: 4210,
          input_tokens_details: {},
        },
      },
      50,
      4160,
    ],
    [
      'transcription by tokens',
      { usage: { type: 'tokens', input_tokens: 14, output_tokens: 101, total_tokens: 115 } },
      14,
      101,
    ],
    [
      "Groq's last chunk",
      {
        usage: null,
        x_groq: { usage: { prompt_tokens: 18, completion_tokens: 556, total_tokens: 574 } },
      },
      18,
      556,
    ],
    [
      'xAI: reasoning is in the total alone',
      { usage: { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135 } },
      32,
      103,
    ],
  ])('%s', (_, json, inputTokens, outputTokens) => {
    expect(usageOf(json)).toEqual({
      inputTokens,
      outputTokens,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
    });
  });

  test.each([
    ['DeepSeek', { prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 }],
    ['Moonshot', { cached_tokens: 64 }],
    ['a gateway to Anthropic', { cache_read_input_tokens: 64 }],
  ])('%s: cached input beside an inclusive `prompt_tokens`', (_, details) => {
    const usage = { prompt_tokens: 100, completion_tokens: 1, total_tokens: 101, ...details };
    expect(usageOf({ usage })).toMatchObject({ inputTokens: 100, cachedInputTokens: 64 });
  });

  test.each([
    ['transcription by duration', { usage: { type: 'duration', seconds: 9 } }],
    ['an error', { error: { message: 'no' } }],
    ['counts that are none', { usage: { prompt_tokens: '5', completion_tokens: -1 } }],
    ['nothing', undefined],
    ['an array', [{ usage: { prompt_tokens: 1 } }]],
  ])('%s reports none', (_, json) => {
    expect(usageOf(json)).toBeUndefined();
  });

  test('whatever the JSON, its counts are finite and not negative', () => {
    const names = [
      'prompt_tokens',
      'input_tokens',
      'completion_tokens',
      'output_tokens',
      'total_tokens',
      'cache_read_input_tokens',
      'cache_creation_input_tokens',
      'cached_tokens',
    ];
    const amount = fc.oneof(fc.double(), fc.integer(), fc.jsonValue());
    const usage = fc.record(
      {
        ...Object.fromEntries(names.map((name) => [name, amount])),
        cache_creation: fc.record({ ephemeral_1h_input_tokens: amount }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          usage.map((it) => ({ usage: it })),
        ),
        (json) => {
          const read = usageOf(json);
          for (const value of Object.values(read ?? {})) {
            expect(Number.isFinite(value)).toBe(true);
            expect(value).toBeGreaterThanOrEqual(0);
          }
          if (read) expect(read.cachedInputTokens).toBeLessThanOrEqual(read.inputTokens);
        },
      ),
    );
  });
});
