import { beforeAll, describe, expect, test } from 'vitest';
import { estimateTokens, warmUp } from '../../src/tokens/estimate.ts';
import { added, chat, claude, responses } from './estimates.ts';
import { pngDataUrl } from './image-headers.ts';

beforeAll(warmUp);

const USER = { role: 'user', content: 'hello world' };
const SYSTEM = { role: 'system', content: 'hello world' };
const ANSWER = { role: 'assistant', content: 'hello world' };
const TOOL = { type: 'function', function: { name: 'foo', parameters: { type: 'object' } } };

const tokens = async (model: string, ...messages: readonly object[]): Promise<number> =>
  (
    await estimateTokens({
      provider: 'compatible',
      path: '/chat/completions',
      body: { model, messages },
    })
  ).inputTokens;

/** Recorded usage, less the text of 2 tokens in each message (2025 and 2026). */
test.each([
  ['deepseek-chat', 4, 8],
  ['deepseek-ai/DeepSeek-R1', 3, 7],
  ['meta-llama/Llama-3.3-70B-Instruct-Turbo', 35, 45],
  ['llama3-8b-8192', 10, 20],
  ['meta-llama/llama-4-scout-17b-16e-instruct', 10, 20],
  ['mistral-large-latest', 3, 7],
  ['mistral-small-latest', 15, 19],
  ['magistral-medium-latest', 3, 7],
  ['qwen/qwen3-32b', 8, 18],
  ['glm-4.7', 5, 9],
  ['z-ai/glm-5.3', 12, 16],
  ['openai/gpt-oss-120b', 68, 76],
  ['grok-4-1-fast-non-reasoning', 0, 10],
  ['grok-4.3', 192, 202],
  ['google/gemini-2.5-flash', 0, 0],
  ['sonar', 0, 0],
  ['gpt-4o-mini-search-preview', 0, 0],
])('a message to %s comes with %i tokens, three with %i', async (model, one, three) => {
  expect(await tokens(model, USER)).toBe(2 + one);
  expect(await tokens(model, USER, ANSWER, USER)).toBe(6 + three);
});

test('a system prompt of the model itself gives way to one of the call', async () => {
  const own = (await tokens('qwen2.5-7b', USER)) - (await tokens('qwen2.5-7b', SYSTEM, USER));
  expect(own).toBe(12 - (5 + 2));
});

describe('functions', () => {
  const body = { model: 'deepseek-chat', messages: [USER] };

  test('are hidden from some models by `tool_choice: none`', async () => {
    expect(await added(chat, body, { tools: [TOOL] })).toBeGreaterThan(210);
    expect(await added(chat, body, { tools: [TOOL], tool_choice: 'none' })).toBe(0);
  });

  test('that are deferred cost nothing before they are found', async () => {
    const deferred = { ...TOOL, defer_loading: true };
    expect(await added(chat, body, { tools: [TOOL, deferred] })).toBe(
      await added(chat, body, { tools: [TOOL] }),
    );
    const native = { model: 'claude-opus-5', messages: [USER] };
    const tool = { name: 'foo', input_schema: {} };
    expect(await added(claude, native, { tools: [tool, { ...tool, defer_loading: true }] })).toBe(
      await added(claude, native, { tools: [tool] }),
    );
  });

  test('cost Claude behind another protocol what they cost at Anthropic', async () => {
    const [name, model] = ['foo', 'claude-sonnet-4-5'];
    const parameters = { type: 'object', properties: { a: { type: 'string' } } };
    const there = await added(
      claude,
      { model, messages: [USER] },
      {
        tools: [{ name, description: 'b', input_schema: parameters }],
      },
    );
    const here = await added(
      chat,
      { model, messages: [USER] },
      {
        tools: [{ type: 'function', function: { name, description: 'b', parameters } }],
      },
    );
    expect(Math.abs(here - there)).toBeLessThanOrEqual(4);
  });

  test('of gpt-5 cost 81 more in Chat Completions than in Responses, but not behind a gateway', async () => {
    const behind = async (provider: string): Promise<number> => {
      const asked = { model: 'gpt-5', messages: [USER], tools: [TOOL] };
      const request = { provider, path: '/chat/completions', body: asked };
      return (await estimateTokens(request)).inputTokens;
    };
    expect((await behind('openai')) - (await behind('compatible'))).toBe(81);
  });

  test('that an item adds come with what tells of them', async () => {
    const input = [{ type: 'additional_tools', tools: [{ type: 'function', name: 'foo' }] }];
    const more = await added(responses, { model: 'gpt-5.4', input: [] }, { input });
    expect(more).toBeGreaterThan(90);
  });
});

describe('thoughts', () => {
  const thought = { role: 'assistant', content: `<think>${'so '.repeat(100)}</think>hello world` };

  test('of earlier answers are left out by the templates of models that think aloud', async () => {
    expect(await tokens('deepseek-r1', USER, thought, USER)).toBe(
      await tokens('deepseek-r1', USER, ANSWER, USER),
    );
    expect(await tokens('gpt-4o', USER, thought, USER)).toBeGreaterThan(100);
  });

  const returned = { type: 'reasoning', encrypted_content: 'A'.repeat(6200) };
  const more = async (model: string, after: readonly object[], context = {}): Promise<number> => {
    const body = { model, ...context };
    return added(
      responses,
      { ...body, input: [USER, ...after] },
      {
        input: [USER, returned, ...after],
      },
    );
  };
  const CALLED = [{ type: 'function_call_output', output: 'x' }];

  test('that are sent back encrypted cost what was recorded: 813 of 6,200 characters', async () => {
    expect(Math.abs((await more('gpt-5', CALLED)) / 813 - 1)).toBeLessThan(0.1);
  });

  test('are read until the user speaks again, or in all turns', async () => {
    expect(await more('gpt-5', [USER])).toBe(0);
    expect(await more('gpt-5', [USER], { reasoning: { context: 'all_turns' } })).toBeGreaterThan(
      700,
    );
    expect(await more('grok-4.3', [USER])).toBeGreaterThan(700);
  });
});

describe('the schema of a reply', () => {
  const plain = { type: 'object', properties: { title: { type: 'string' } } };
  const format = (schema: object) => ({ format: { type: 'json_schema', name: 'book', schema } });
  const more = (model: string, schema: object): Promise<number> =>
    added(responses, { model, input: 'hi' }, { text: format(schema) });

  test.each(['gpt-4o', 'gpt-5'])(
    'is shown to %s without bounds and what is required',
    async (model) => {
      const text = { type: 'string', minLength: 1, pattern: '^[a-z]+$', format: 'email' };
      const bound = { ...plain, properties: { title: text }, required: ['title'] };
      const noted = { ...bound, additionalProperties: false, $schema: 'http://a/schema' };
      expect(await more(model, noted)).toBe(await more(model, plain));
      expect(await more(model, { ...plain, title: 'Book' })).toBeGreaterThan(
        await more(model, plain),
      );
      expect(await more(model, plain)).toBeGreaterThan(await more(model, { type: 'object' }));
    },
  );

  test('of one field costs what was recorded: 28 in a chat, 22 in the Responses API', async () => {
    const schema = {
      ...{ type: 'object', additionalProperties: false, required: ['answer'] },
      properties: { answer: { type: 'string' } },
    };
    const json_schema = { name: 'answer', schema, strict: true };
    const asked = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] };
    const response_format = { type: 'json_schema', json_schema };
    expect(await added(chat, asked, { response_format })).toBe(28);
    const text = { format: { type: 'json_schema', ...json_schema } };
    expect(await added(responses, { model: 'gpt-4o', input: 'hi' }, { text })).toBe(22);
  });
});

test('documents that may be cited come with 580 tokens, once', async () => {
  const source = { type: 'text', data: 'hello world' };
  const bare = { type: 'document', source };
  const cited = { ...bare, citations: { enabled: true } };
  const of = async (...content: readonly object[]): Promise<number> =>
    (await claude({ model: 'claude-haiku-4-5', messages: [{ role: 'user', content }] }))
      .inputTokens;
  expect((await of(cited)) - (await of(bare))).toBe(580);
  expect((await of(cited, cited)) - (await of(bare, bare))).toBe(580);
});

test('thinking that is asked for comes with 28 tokens, from Opus 4.8 on with none', async () => {
  const more = (model: string, thinking: object): Promise<number> =>
    added(claude, { model, messages: [USER] }, { thinking });
  expect(await more('claude-sonnet-4-5', { type: 'enabled', budget_tokens: 1024 })).toBe(28);
  expect(await more('claude-opus-4-6', { type: 'adaptive' })).toBe(15);
  expect(await more('claude-opus-4-8', { type: 'adaptive' })).toBe(0);
  expect(await more('claude-sonnet-4-5', { type: 'disabled' })).toBe(0);
});

describe('a file', () => {
  const file = async (mediaType: string, bytes: string): Promise<number> => {
    const url = `data:${mediaType};base64,${btoa(bytes)}`;
    const content = [{ type: 'input_file', filename: '', file_data: url }];
    return added(
      responses,
      { model: 'gpt-5.4', input: [{ role: 'user', content: [] }] },
      {
        input: [{ role: 'user', content }],
      },
    );
  };

  test('of text is counted, and costs no more than a fraction of its bytes beside its frame', async () => {
    const csv = 'region,q1,q2\nnorth,120,135\nsouth,98,102\n'.repeat(2);
    expect(await file('text/csv', csv)).toBeLessThan(16 + csv.length * 0.8);
    expect(await file('text/plain', 'hello world')).toBe(16 + 2);
  });

  test('of hundreds of kilobytes is estimated by its size', async () => {
    expect(await file('text/plain', 'a '.repeat(1_000_000))).toBeCloseTo(500_000, -4);
  });

  test('costs the tokens of its pages with Claude', async () => {
    const pdf = `%PDF-1.4 ${'<< /Type /Page >> '.repeat(3)}<< /Type /Pages >>`;
    const content = [
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: btoa(pdf) },
      },
    ];
    const body = { model: 'claude-sonnet-4-5', messages: [{ role: 'user', content: [] }] };
    const more = await added(claude, body, { messages: [{ role: 'user', content }] });
    expect(more).toBe(3 * 1600 + Math.ceil(pdf.length / 24));
  });

  test('that is no base64 costs something, and nothing throws', async () => {
    const content = [{ type: 'input_file', file_data: 'data:text/csv;base64,é%' }];
    const { inputTokens } = await responses({
      model: 'gpt-4o',
      input: [{ role: 'user', content }],
    });
    expect(inputTokens).toBeGreaterThan(16);
  });
});

test('an embedded text of Mistral’s has a begin and an end', async () => {
  const body = { model: 'mistral-embed', input: ['hello world', 'hello world'] };
  const request = { provider: 'compatible', path: '/v1/embeddings', body };
  expect((await estimateTokens(request)).inputTokens).toBe(2 * (2 + 2));
});

test('fonts and pictures of a PDF are no text', async () => {
  const stream = (head: string, bytes: number) =>
    `<<${head} /Length ${bytes}>>\nstream\n${'x'.repeat(bytes)}\nendstream\n`;
  const page = '%PDF-1.4\n<< /Type /Page >>\n';
  const input = async (pdf: string) => {
    const file_data = `data:application/pdf;base64,${btoa(pdf)}`;
    const content = [{ type: 'file', file: { file_data } }];
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content }] };
    return (await chat(body)).inputTokens;
  };
  const empty = await input(page + stream('', 100));
  const font = stream('/Length1 9000', 9000) + stream('/Subtype /Image', 9000);
  expect(await input(page + stream('', 100) + font)).toBe(empty);
  expect((await input(page + stream('/Filter /FlateDecode', 1450))) - empty).toBeCloseTo(250, -1);
});

describe('elsewhere than at OpenAI', () => {
  const hi = { role: 'user', content: 'hi' };
  const body = (model: string) => ({ model, messages: [hi] });

  test('a schema costs its JSON, but not with Mistral, which reads none', async () => {
    const schema = { type: 'object', properties: { place: { type: 'string' } } };
    const format = { type: 'json_schema', json_schema: { name: 'a', schema } };
    const cost = (model: string) => added(chat, body(model), { response_format: format });
    expect(await cost('mistral-large-latest')).toBe(0);
    expect(await cost('sonar-pro')).toBe(0);
    expect(await cost('qwen3-8b')).toBeGreaterThan(20);
  });

  test('a coder of Qwen is told more about tools', async () => {
    const tools = [{ type: 'function', function: { name: 'find' } }];
    const cost = (model: string) => added(chat, body(model), { tools });
    expect((await cost('qwen-3-coder-480b')) - (await cost('qwen-3-32b'))).toBe(240 - 76 - 18);
  });

  test.each(['grok-4.3', 'glm-4.6v'])('a picture costs its squares: %s', async (model) => {
    const url = pngDataUrl(280, 140);
    const content = [
      { type: 'text', text: 'hi' },
      { type: 'image_url', image_url: { url } },
    ];
    expect(await added(chat, body(model), { messages: [{ role: 'user', content }] })).toBe(52);
  });

  test('Claude is told to think, however that is asked for', async () => {
    const asked = (reasoning: object) =>
      added(chat, body('anthropic/claude-haiku-4.5'), { reasoning });
    expect(await asked({ effort: 'low' })).toBe(28);
    expect(await asked({ enabled: true })).toBe(28);
    expect(await asked({ enabled: false })).toBe(0);
  });
});

test('the tools of a provider that are called by its models have typical prompts', async () => {
  const cost = async (type: string) => {
    const body = { model: 'claude-haiku-4-5', messages: [] };
    const tools = [{ name: 'a', input_schema: {} }];
    const without = await claude({ ...body, tools });
    const withTool = await claude({ ...body, tools: [...tools, { type, name: '' }] });
    return withTool.inputTokens - without.inputTokens;
  };
  const unknown = await cost('something_20260101');
  expect((await cost('memory_20250818')) - unknown).toBe(1050);
  expect((await cost('bash_20250124')) - unknown).toBe(245);
});

/** Recorded of short prompts without tools (2025 and 2026): what comes on top of their text. */
test.each([
  ['grok-2-1212', 6],
  ['grok-3', 6],
  ['grok-3-mini', 7],
  ['grok-4-fast', 156],
  ['grok-code-fast-1', 204],
  ['grok-4.3', 192],
  ['gemma-3-27b-it', 9],
  ['gemma-4-31b', 13],
  ['qwen3.5-122b-a10b', 10],
  ['kimi-k2-instruct-0905', 25],
  ['mistral-small-2506', 3],
  ['voxtral-small-latest', 3],
  ['deepseek-v4-pro', 4],
])('%s reads %i tokens around a prompt', async (model, around) => {
  const messages = [{ role: 'user', content: 'hello world' }];
  expect((await chat({ model, messages })).inputTokens - 2).toBe(around);
});

test.each([
  ['grok-2', 72],
  ['grok-3', 204],
  ['llama-3.3-70b-versatile', 146],
  ['deepseek-chat-v3.1', 96],
  ['kimi-k2-instruct', 35],
])('%s reads %i tokens around a tool', async (model, around) => {
  const tools = [{ type: 'function', function: { name: 'find', parameters: {} } }];
  const body = { model, messages: [{ role: 'user', content: 'hi' }] };
  expect(Math.abs((await added(chat, body, { tools })) - around - 8)).toBeLessThan(6);
});

test('what is said to Voxtral takes 375 tokens for each half minute', async () => {
  const content = (data: string) => [{ type: 'input_audio', input_audio: data }];
  const cost = async (data: string) => {
    const messages = [{ role: 'user', content: content(data) }];
    return (await chat({ model: 'voxtral-small-latest', messages })).inputTokens - 3;
  };
  expect(await cost(btoa('ID3'.padEnd(4000, 'x')))).toBe(375);
  expect(await cost('https://example.com/speech.mp3')).toBe(375);
  expect(await cost(btoa('ID3'.padEnd(16_000 * 31, 'x')))).toBe(750);
});
