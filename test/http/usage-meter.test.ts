import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageMeter } from '../../src/http/usage-meter.ts';

function meterOf(events: readonly unknown[]): UsageMeter {
  const meter = new UsageMeter();
  for (const event of events) meter.see(event);
  return meter;
}

const text = (content: string) => ({ choices: [{ index: 0, delta: { content } }], usage: null });

test.each([
  [
    'OpenAI’s, a chunk',
    { usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } },
    { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } },
  ],
  [
    'Anthropic’s, of a gateway',
    { type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } },
    { type: 'message_delta', usage: { input_tokens: 0, output_tokens: 2 } },
  ],
])('a report of 0 after a count says nothing: %s', (_, first, last) => {
  const counts = { inputTokens: 9, outputTokens: 2 };
  expect(meterOf([first, last]).usage).toMatchObject(counts);
});

describe('OpenAI chunks', () => {
  test('the last chunk reports', () => {
    const last = {
      choices: [],
      usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
    };
    expect(meterOf([text('Hel'), text('lo'), last]).usage).toEqual({
      inputTokens: 9,
      outputTokens: 2,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
    });
  });

  test('cut short, a delta is a token at least, and four characters are one', () => {
    expect(meterOf([text('a'), text('b'), text('c')])).toMatchObject({
      usage: undefined,
      seenOutputTokens: 3,
    });
    expect(meterOf([text('x'.repeat(41))]).seenOutputTokens).toBe(11);
  });

  test('deltas without text are no tokens; tool calls, reasoning and each choice are', () => {
    const choices = [
      { index: 0, delta: { role: 'assistant', content: '' } },
      { index: 1, delta: { reasoning_content: 'hm' } },
      {
        index: 2,
        delta: { tool_calls: [{ id: 'call_1', function: { name: 'f', arguments: '{}' } }] },
      },
      { index: 3, delta: { content: [{ type: 'thinking', thinking: [{ text: 'so' }] }] } },
      { index: 4, text: 'legacy' },
    ];
    expect(meterOf([{ choices }]).seenOutputTokens).toBe(4);
  });

  test('cumulative reports replace each other', () => {
    const at = (completion_tokens: number) => ({
      choices: [{ delta: { content: 'x' } }],
      usage: { prompt_tokens: 9, completion_tokens },
    });
    expect(meterOf([at(1), at(2), at(3)]).usage?.outputTokens).toBe(3);
  });
});

describe('Responses events', () => {
  const usage = { input_tokens: 37, output_tokens: 11, total_tokens: 48 };

  test.each(['response.completed', 'response.incomplete', 'response.failed'])(
    '%s reports',
    (type) => {
      const meter = meterOf([
        { type: 'response.created', response: { usage: null } },
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type, response: { usage } },
      ]);
      expect(meter.usage).toMatchObject({ inputTokens: 37, outputTokens: 11 });
    },
  );

  test('cut short, the deltas count', () => {
    const meter = meterOf([
      { type: 'response.created', response: { usage: null } },
      { type: 'response.output_text.delta', delta: 'Hello there' },
      { type: 'response.output_text.done', text: 'Hello there' },
    ]);
    expect(meter).toMatchObject({ usage: undefined, seenOutputTokens: 3 });
  });
});

describe('Anthropic events', () => {
  const start = {
    type: 'message_start',
    message: {
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: 5,
        cache_read_input_tokens: 100,
        output_tokens: 1,
      },
    },
  };
  const delta = (chunk: string) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: chunk },
  });
  const input = { inputTokens: 115, cachedInputTokens: 100, cacheWriteTokens: 5 };

  test('`message_delta` is cumulative; what it leaves out stays', () => {
    const end = {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { input_tokens: null, cache_read_input_tokens: null, output_tokens: 15 },
    };
    expect(meterOf([start, delta('Hello!'), end]).usage).toEqual({ ...input, outputTokens: 15 });
  });

  test('cut short, the input is known and the output is what was seen', () => {
    expect(meterOf([start]).usage).toEqual({ ...input, outputTokens: 1 });
    expect(meterOf([start, delta('x'.repeat(400))]).usage).toEqual({ ...input, outputTokens: 100 });
  });

  test('thinking and tool input count as seen, signatures do not', () => {
    const of = (part: object) => ({ type: 'content_block_delta', delta: part });
    const meter = meterOf([
      of({ type: 'thinking_delta', thinking: 'hm' }),
      of({ type: 'input_json_delta', partial_json: '{' }),
      of({ type: 'signature_delta', signature: 'x'.repeat(999) }),
    ]);
    expect(meter.seenOutputTokens).toBe(2);
  });
});

test('whatever the events, nothing throws and nothing is negative', () => {
  const event = fc.oneof(
    fc.jsonValue(),
    fc.record({ choices: fc.jsonValue() }),
    fc.record({ delta: fc.jsonValue(), usage: fc.jsonValue() }),
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const meter = meterOf(events);
      expect(meter.seenOutputTokens).toBeGreaterThanOrEqual(0);
      expect(meter.usage?.outputTokens ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
