import { beforeAll, describe, expect, test } from 'vitest';
import { warmUp } from '../../src/tokens/estimate.ts';
import { added, chat } from './estimates.ts';
import { PUBLISHED_REQUESTS } from './published-examples.ts';

beforeAll(warmUp);

const cases = PUBLISHED_REQUESTS.flatMap(({ id, models, body, tokens }) =>
  models.map((model) => ({ id, model, body, tokens })),
);

test.each(cases)('$id has $tokens tokens with $model', async ({ model, body, tokens }) => {
  expect((await chat({ ...body, model })).inputTokens).toBe(tokens);
});

test('the tools of the newer form cost what functions do', async () => {
  for (const { models, body, tokens } of PUBLISHED_REQUESTS) {
    const { functions, ...others } = body;
    if (!Array.isArray(functions)) continue;
    const tools = functions.map((definition) => ({ type: 'function', function: definition }));
    const estimate = await chat({ ...others, tools, model: models[0] });
    // Of tools, also the descriptions further in are shown: in one example, there are four.
    const further = models[0] === 'gpt-4o' ? 12 : 16;
    const isDeep = /isInteresting/.test(JSON.stringify(body));
    expect(estimate.inputTokens - tokens).toBe(isDeep ? further : 0);
  }
});

const MESSAGES = [{ role: 'user', content: 'hello world' }];
const BODY = { model: 'gpt-4o', messages: MESSAGES };
const TOOLS = [{ type: 'function', function: { name: 'foo' } }];

describe('a message', () => {
  test('may have its content in parts', async () => {
    const content = [{ type: 'text', text: 'hello world' }];
    expect(await chat({ ...BODY, messages: [{ role: 'user', content }] })).toEqual(
      await chat(BODY),
    );
  });

  test('is charged for the tools that it calls', async () => {
    const call = { function: { name: 'foo', arguments: '{}' } };
    const message = { role: 'assistant', content: 'hello' };
    const more = await added(
      chat,
      { model: 'gpt-4o', messages: [message] },
      { messages: [{ ...message, tool_calls: [call, call] }] },
    );
    expect(more).toBe(12 + 2 * (3 + 1 + 1));
  });

  test('costs one more with gpt-5, and the reply two fewer', async () => {
    const one = (await chat({ ...BODY, model: 'gpt-5' })).inputTokens;
    expect(one).toBe((await chat(BODY)).inputTokens + 1 - 2);
  });

  test('with audio or a file is charged for its seconds or a page, not for its base64', async () => {
    const data = 'A'.repeat(100_000);
    for (const [part, tokens] of [
      [{ type: 'input_audio', input_audio: { data, format: 'mp3' } }, 50],
      [{ type: 'input_audio', input_audio: { format: 'mp3' } }, 603],
      [{ type: 'file', file: { file_data: `data:application/pdf;base64,${data}` } }, 2 * 1200],
      [{ type: 'file', file: { file_id: 'file-1' } }, 220],
    ] as const) {
      const empty = { model: 'gpt-4o', messages: [{ role: 'user', content: [] }] };
      const filled = { messages: [{ role: 'user', content: [part] }] };
      expect(await added(chat, empty, filled)).toBe(tokens);
    }
  });
});

describe('the first message of the system, with functions', () => {
  const tools = [{ type: 'function', function: { name: 'foo', description: 'Do a foo' } }];
  const withSystem = async (role: string, content: unknown): Promise<number> => {
    const messages = [{ role, content }, ...MESSAGES];
    return (await chat({ model: 'gpt-4o', messages, tools })).inputTokens;
  };

  test('is joined to them, whether it is of the system or of the developer', async () => {
    expect(await withSystem('developer', 'Be kind')).toBe(await withSystem('system', 'Be kind'));
  });

  test('may have its content in parts', async () => {
    const parts = [{ type: 'text', text: 'Be kind' }];
    expect(await withSystem('system', parts)).toBe(await withSystem('system', 'Be kind'));
    expect(await withSystem('system', [])).toBe(await withSystem('system', ''));
  });

  test('may be long', async () => {
    const long = 'Be kind to all of them. '.repeat(1000).trim();
    const tokens = (await withSystem('system', long)) - (await withSystem('system', 'Be kind'));
    const text = await added(chat, BODY, { messages: [{ role: 'user', content: long }] });
    const short = await added(chat, BODY, { messages: [{ role: 'user', content: 'Be kind' }] });
    // A line break goes into the same token as a full stop, but not as a letter.
    expect(tokens).toBe(text - short - 1);
  });
});

describe('a call', () => {
  test('that forbids or forces a function costs a little more', async () => {
    const body = { ...BODY, tools: TOOLS };
    expect(await added(chat, body, { tool_choice: 'auto' })).toBe(0);
    expect(await added(chat, body, { tool_choice: 'none' })).toBe(1);
    const forced = { type: 'function', function: { name: 'foo' } };
    expect(await added(chat, body, { tool_choice: forced })).toBe(5);
    expect(await added(chat, body, { function_call: { name: 'foo' } })).toBe(5);
    const custom = { type: 'custom', custom: { name: 'foo' } };
    expect(await added(chat, body, { tool_choice: custom })).toBe(5);
    const allowed = { mode: 'auto', tools: [forced, forced] };
    const choice = { type: 'allowed_tools', allowed_tools: allowed };
    expect(await added(chat, body, { tool_choice: choice })).toBe(4 + 1 + 1);
  });

  test('is charged for the schema of its reply', async () => {
    const schema = { type: 'object', properties: { answer: { type: 'string' } } };
    const format = { type: 'json_schema', json_schema: { name: 'reply', schema } };
    const more = await added(chat, BODY, { response_format: format });
    expect(more).toBeGreaterThan(15);
    expect(more).toBeLessThan(40);
    expect(await added(chat, BODY, { response_format: { type: 'json_object' } })).toBe(0);
  });

  test('with the functions of gpt-5.1 costs 87 more than with those of gpt-4o', async () => {
    const more = (model: string) => added(chat, { ...BODY, model }, { tools: TOOLS });
    expect((await more('gpt-5.1')) - (await more('gpt-4o'))).toBe(87);
  });
});
