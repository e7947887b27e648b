import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonTap } from '../../src/http/json-tap.ts';

const TEXT = 'word '.repeat(400);
const WRITTEN = 500;

function seenIn(json: unknown) {
  const tap = new JsonTap({ onAnswer: () => {}, onFailure: () => {} });
  tap.whole(JSON.stringify(json));
  return tap.seen();
}

const chat = (usage: object, message: object = { content: TEXT }) => ({
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } }],
  usage,
});

describe('an answer that reports no output has as much as is written in it', () => {
  it.each([
    ['a chat with 0', chat({ prompt_tokens: 7, completion_tokens: 0, total_tokens: 7 })],
    ['a chat with -5', chat({ prompt_tokens: 7, completion_tokens: -5, total_tokens: 2 })],
    ['a chat without', chat({ prompt_tokens: 7 })],
    ['a completion', { choices: [{ text: TEXT }], usage: { prompt_tokens: 7 } }],
    ['reasoning', chat({ prompt_tokens: 7 }, { content: null, reasoning_content: TEXT })],
    [
      'a function’s arguments',
      chat({ prompt_tokens: 7 }, { tool_calls: [{ function: { arguments: TEXT } }] }),
    ],
    [
      'a response',
      {
        output: [{ type: 'message', content: [{ type: 'output_text', text: TEXT }] }],
        usage: { input_tokens: 7, output_tokens: 0, total_tokens: 7 },
      },
    ],
    [
      'Anthropic',
      {
        type: 'message',
        content: [{ type: 'text', text: TEXT }],
        usage: { input_tokens: 7, output_tokens: 0 },
      },
    ],
    [
      'Anthropic, a tool',
      {
        content: [{ type: 'tool_use', id: 'x', name: 'f', input: { q: TEXT.slice(1) } }],
        usage: { input_tokens: 7 },
      },
    ],
    [
      'Gemini',
      {
        candidates: [{ content: { parts: [{ text: TEXT }] } }],
        usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 },
      },
    ],
    [
      'Gemini, a stream as a list',
      [
        { candidates: [{ content: { parts: [{ text: TEXT.slice(800) }] } }] },
        {
          candidates: [{ content: { parts: [{ text: TEXT.slice(0, 800) }] } }],
          usageMetadata: { promptTokenCount: 7 },
        },
      ],
    ],
    [
      'Bedrock',
      {
        output: { message: { role: 'assistant', content: [{ text: TEXT }] } },
        usage: { inputTokens: 7, outputTokens: 0, totalTokens: 7 },
      },
    ],
    [
      'Cohere',
      {
        message: { role: 'assistant', content: [{ type: 'text', text: TEXT }] },
        usage: { tokens: { input_tokens: 7, output_tokens: 0 } },
      },
    ],
    ['Cohere’s first API', { text: TEXT, meta: { tokens: { input_tokens: 7 } } }],
  ])('%s', (_, json) => {
    const { usage, seenOutputTokens } = seenIn(json);
    expect(usage).toMatchObject({ inputTokens: 7, outputTokens: 0 });
    expect(seenOutputTokens).toBe(WRITTEN);
  });

  it('but not where nothing is written by a model', () => {
    const usage = { prompt_tokens: 7, total_tokens: 7 };
    const embedding = { data: [{ embedding: [0.1, 0.2], text: TEXT }], usage };
    const ranking = {
      results: [{ index: 0, document: { text: TEXT } }],
      meta: { billed_units: { input_tokens: 7 } },
    };
    for (const json of [embedding, ranking]) expect(seenIn(json).seenOutputTokens).toBe(0);
  });
});

it('an answer that reports its output is not read for more', () => {
  const message = {
    get content(): string {
      throw new Error('read');
    },
  };
  const json = chat({ prompt_tokens: 7, completion_tokens: 3 });
  const parsed = { ...json, choices: [{ message }] };
  const parse = JSON.parse;
  const tap = new JsonTap({ onAnswer: () => {}, onFailure: () => {} });
  JSON.parse = () => parsed;
  try {
    tap.whole('{}');
  } finally {
    JSON.parse = parse;
  }
  expect(tap.seen()).toMatchObject({ usage: { outputTokens: 3 }, seenOutputTokens: 0 });
});

it('whatever the answer is, nothing throws', () => {
  const names = ['choices', 'message', 'content', 'output', 'candidates', 'text', 'input', 'usage'];
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 9 },
      fc.constantFrom(null, 7, 'text', true),
      fc.dictionary(fc.constantFrom(...names), tie('any'), { maxKeys: 4 }),
      fc.array(tie('any'), { maxLength: 3 }),
    ),
  }));
  fc.assert(
    fc.property(any, (answer) => {
      const json = Object.assign({ usage: { prompt_tokens: 7 } }, answer);
      expect(seenIn([json, json]).seenOutputTokens).toBeGreaterThanOrEqual(0);
    }),
  );
});
