import { beforeAll, describe, expect, test } from 'vitest';
import { estimateTokens, warmUp } from '../../src/tokens/estimate.ts';
import { added, chat, responses } from './estimates.ts';
import { base64, png } from './image-headers.ts';
import { PUBLISHED_REQUESTS } from './published-examples.ts';

beforeAll(warmUp);

describe('responses', () => {
  const BODY = { model: 'gpt-4o', input: 'hello world' };

  test('are charged as the same messages are in a chat', async () => {
    const body = { model: 'gpt-4o', instructions: 'Be brief.', input: 'hello world' };
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hello world' },
    ];
    expect(await responses(body)).toEqual(await chat({ model: 'gpt-4o', messages }));
    const items = [{ role: 'user', content: [{ type: 'input_text', text: 'hello world' }] }];
    expect(await responses({ ...BODY, input: items })).toEqual(await responses(BODY));
  });

  test('have tools and formats in a flat form', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    const definition = { name: 'foo', description: 'Do a foo', parameters: schema };
    const messages = [{ role: 'user', content: 'hello world' }];
    const flat = await responses({ ...BODY, tools: [{ type: 'function', ...definition }] });
    const nested = [{ type: 'function', function: definition }];
    const inChat = await chat({ model: 'gpt-4o', messages, tools: nested });
    expect(flat.inputTokens).toBe(inChat.inputTokens - 2);
    // What a tool has under `function` isn't read here.
    const both = [{ type: 'function', name: 'foo', function: definition }];
    const bare = [{ type: 'function', name: 'foo' }];
    expect(await responses({ ...BODY, tools: both })).toEqual(
      await responses({ ...BODY, tools: bare }),
    );
    const format = { type: 'json_schema', name: 'reply', schema };
    const response_format = { type: 'json_schema', json_schema: { name: 'reply', schema } };
    const { inputTokens } = await chat({ model: 'gpt-4o', messages, response_format });
    expect((await responses({ ...BODY, text: { format } })).inputTokens).toBe(inputTokens - 6);
  });

  test('carry images, calls and their outputs', async () => {
    const items = [
      { role: 'user', content: [{ type: 'input_image', image_url: 'https://x.y', detail: 'low' }] },
      { type: 'function_call', name: 'foo', arguments: '{}' },
      { type: 'function_call_output', output: 'hello world' },
      { type: 'reasoning', encrypted_content: 'A'.repeat(10_000) },
    ];
    const { inputTokens } = await responses({ ...BODY, input: items });
    const reasoning = 0.155 * (10_000 - 900);
    expect(inputTokens).toBe(4 + 85 + (3 + 1 + 1) + (4 + 5 + 2) + Math.round(reasoning) + 3);
  });

  test('with tools have two tokens fewer than were published for a chat', async () => {
    const example = PUBLISHED_REQUESTS.find(({ id }) => id === 'cookbook-tools-o200k');
    const { messages, tools } = Object(example?.body);
    const flat = tools.map((tool: { function: object }) => ({
      type: 'function',
      ...tool.function,
    }));
    const [system, user] = messages;
    const body = { model: 'gpt-4o', tools: flat };
    const asked = { ...body, instructions: system.content, input: user.content };
    expect((await responses({ ...body, input: messages })).inputTokens).toBe(99);
    expect((await responses(asked)).inputTokens).toBe(99);
  });

  test('that are compacted are charged for what is compacted, and for being told how', async () => {
    const request = { provider: 'openai', path: '/responses/compact', body: BODY };
    const { inputTokens } = await responses(BODY);
    expect((await estimateTokens(request)).inputTokens).toBe(inputTokens + 93);
  });

  test('are charged for the grammar of a tool, and not for where a schema is from', async () => {
    const tool = (definition: string) => ({
      type: 'custom',
      name: 'foo',
      format: { type: 'grammar', syntax: 'lark', definition },
    });
    const words = Array(40).fill('river').join(' ');
    const more = await added(responses, { ...BODY, tools: [tool('')] }, { tools: [tool(words)] });
    expect(more).toBeGreaterThan(38);
    const schema = { type: 'object', properties: {} };
    const format = (more: object) => ({
      format: { type: 'json_schema', name: 'a', schema: { ...schema, ...more } },
    });
    const $schema = 'http://json-schema.org/draft-07/schema#';
    expect(
      await added(responses, { ...BODY, text: format({}) }, { text: format({ $schema }) }),
    ).toBe(0);
  });

  test('are charged for what goes into a stored prompt', async () => {
    const prompt = { id: 'p', variables: { place: 'hello world' } };
    expect((await responses({ model: 'gpt-4o', prompt })).inputTokens).toBe(2 + 3);
  });
});

describe('an item', () => {
  const tokens = async (...input: readonly unknown[]): Promise<number> =>
    (await responses({ model: 'gpt-4o', input })).inputTokens - 3;
  const WORDS = 'some words '.repeat(100);
  const noise = Array.from({ length: 30_000 }, (_, index) => (index * index * 7919) % 251);
  const file = base64([...png(1024, 1024), ...noise]);
  const url = `data:image/png;base64,${file}`;
  const page = `data:application/pdf;base64,${file}`;

  test.each([
    [
      'a screenshot',
      { type: 'computer_call_output', output: { type: 'computer_screenshot', image_url: url } },
      765,
    ],
    [
      'a screenshot that is elsewhere',
      { type: 'computer_call_output', output: { type: 'computer_screenshot', file_id: 'f' } },
      425,
    ],
    [
      'an image that was made',
      { type: 'image_generation_call', id: 'i', status: 'completed', result: file },
      765,
    ],
    [
      'an image from a function',
      { type: 'function_call_output', output: [{ type: 'input_image', image_url: url }] },
      765 + 4 + 5,
    ],
    [
      'an image from a custom tool',
      { type: 'custom_tool_call_output', output: [{ type: 'input_image', image_url: url }] },
      765 + 4 + 5,
    ],
    [
      'a file from a function',
      { type: 'function_call_output', output: [{ type: 'input_file', file_data: page }] },
      1000 + 4 + 5,
    ],
    [
      'an image that code has made',
      { type: 'code_interpreter_call', code: '', outputs: [{ url }] },
      765 + 7,
    ],
    ['an image in the answer of a server', { type: 'mcp_call', name: '', output: url }, 765],
  ])('with %s costs what that does, and not what its base64 would', async (_what, item, cost) => {
    expect(Math.abs((await tokens(item)) - cost)).toBeLessThanOrEqual(2);
  });

  test.each([
    ['a patch', { type: 'apply_patch_call', operation: { type: 'update_file', diff: WORDS } }],
    ['code', { type: 'code_interpreter_call', code: WORDS }],
    [
      'what code has said',
      { type: 'code_interpreter_call', outputs: [{ type: 'logs', logs: WORDS }] },
    ],
    ['what was found', { type: 'file_search_call', queries: ['q'], results: [{ text: WORDS }] }],
    ['what a server said', { type: 'mcp_call', name: 'n', arguments: '{}', output: WORDS }],
    ['what a shell said', { type: 'shell_call_output', output: [{ stdout: WORDS, stderr: '' }] }],
  ])('with %s costs its text', async (_what, item) => {
    const cost = await tokens(item);
    expect(cost).toBeGreaterThanOrEqual(200);
    expect(cost).toBeLessThan(225);
  });

  test('of encrypted content costs nothing that we could tell', async () => {
    expect(await tokens({ type: 'compaction', encrypted_content: 'A'.repeat(9000) })).toBe(0);
  });
});
