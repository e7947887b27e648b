import { beforeAll, describe, expect, test } from 'vitest';
import { anthropicImageSizeTokens } from '../../src/tokens/anthropic-images.ts';
import { claudeFamily } from '../../src/tokens/claude-family.ts';
import { estimateTokens, loadedEstimator, warmUp } from '../../src/tokens/estimate.ts';
import { added, claude } from './estimates.ts';
import { base64, png } from './image-headers.ts';

beforeAll(warmUp);

const WORDS = 'some words '.repeat(100);
const fetched = {
  type: 'web_fetch_result',
  url: 'https://x.y',
  content: { type: 'document', source: { type: 'text', data: WORDS } },
};

const STANDARD = claudeFamily('claude-sonnet-4-5-20250929');
const HIGH_RESOLUTION = claudeFamily('claude-opus-4-8');

// https://platform.claude.com/docs/en/build-with-claude/vision (2026-11)
test.each([
  [200, 200, 64, 64],
  [1000, 1000, 1296, 1296],
  [1092, 1092, 1521, 1521],
  [1920, 1080, 1560, 2691],
  [2000, 1500, 1564, 3888],
])('%i by %i pixels take %i tokens, in high resolution %i', (width, height, standard, high) => {
  expect(anthropicImageSizeTokens({ width, height }, STANDARD)).toBe(standard);
  expect(anthropicImageSizeTokens({ width, height }, HIGH_RESOLUTION)).toBe(high);
});

// https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview (2026-09)
test.each([
  ['claude-opus-5-5', 286, 406],
  ['claude-opus-5', 286, 406],
  ['claude-opus-4-8', 290, 410],
  ['claude-opus-4-7', 675, 804],
  ['claude-opus-4-6', 497, 589],
  ['claude-opus-4-5-20251101', 496, 588],
  ['claude-opus-4-1-20250805', 313, 315],
  ['claude-sonnet-5', 354, 474],
  ['claude-sonnet-4-6', 497, 589],
  ['claude-sonnet-4-5', 496, 588],
  ['claude-haiku-4-5', 496, 588],
  ['claude-3-5-haiku-latest', 264, 355],
  ['us.anthropic.claude-opus-4-8-v1:0', 290, 410],
  ['anthropic/claude-opus-4.8', 290, 410],
])('the tools of %s come with %i tokens, a forced one with %i', async (model, auto, forced) => {
  const body = { model, messages: [{ role: 'user', content: 'hello' }] };
  const tools = [{ name: 'a', input_schema: {} }];
  const one = await added(claude, body, { tools: [...tools, ...tools] });
  const each = one - (await added(claude, body, { tools }));
  expect(Math.abs(one - 2 * each - auto)).toBeLessThanOrEqual(1);
  const any = await added(claude, body, { tools, tool_choice: { type: 'any' } });
  expect(Math.abs(any - each - forced)).toBeLessThanOrEqual(1);
});

test.each([
  ['claude-3-haiku-20240307', 6], // 7, of which rounding up makes one
  ['claude-opus-4-20250514', 6],
  ['claude-sonnet-4-6', 6],
  ['claude-opus-4-7', 11],
  ['claude-sonnet-5-5', 6],
  ['claude-fable-5', 6],
  ['claude-something-new', 6],
])('a request to %s has a frame of %i', async (model, frame) => {
  const messages = [{ role: 'user', content: '' }];
  expect((await claude({ model, messages })).inputTokens).toBe(frame);
});

describe('text', () => {
  const tokens = async (model: string, content: string): Promise<number> =>
    added(claude, { model, messages: [{ content: '' }] }, { messages: [{ content }] });

  test('takes more tokens than with OpenAI, and more with the newer tokenizer', async () => {
    const prose = 'the quick brown fox jumps over the lazy dog '.repeat(100);
    const older = await tokens('claude-sonnet-4-5', prose);
    expect(older).toBe(Math.ceil(900 * 1.08 + 1.15));
    expect(await tokens('claude-opus-4-8', prose)).toBe(Math.ceil(900 * 1.5 + 1.2));
  });

  test('of the docs takes the number of tokens that the docs give', async () => {
    const body = {
      model: 'claude-sonnet-4-5',
      system: 'You are a scientist',
      messages: [{ role: 'user', content: 'Hello, Claude' }],
    };
    const { inputTokens } = await claude(body);
    expect(Math.abs(inputTokens - 14)).toBeLessThanOrEqual(3);
  });
});

describe('a block', () => {
  const MODEL = 'claude-sonnet-4-5';
  const block = (...content: unknown[]): Promise<number> =>
    added(
      claude,
      { model: MODEL, messages: [{ content: [] }] },
      { model: MODEL, messages: [{ content }] },
    );

  test('with an image costs its squares, or those of one that is assumed', async () => {
    const data = base64(png(1000, 1000));
    expect(await block({ type: 'image', source: { type: 'base64', data } })).toBe(1296);
    expect(await block({ type: 'image', source: { type: 'url', url: 'https://x.y' } })).toBe(247);
  });

  test('with a document costs a page, or its text', async () => {
    const data = 'A'.repeat(100_000);
    const pages = 2; // of 75 kB that say nothing of their pages
    expect(await block({ type: 'document', source: { type: 'base64', data } })).toBe(
      pages * (1600 + 1000),
    );
    const text = { type: 'document', source: { type: 'text', data: 'hello '.repeat(10) } };
    expect(await block(text)).toBeLessThan(16 + 20);
    const stored = { type: 'document', source: { type: 'file', file_id: 'file_1' } };
    expect(await block(stored)).toBe(1620);
  });

  test('with a result of a tool costs what is in it', async () => {
    const text = { type: 'text', text: 'hello world' };
    const inside = await block(text);
    expect(await block({ type: 'tool_result', content: 'hello world' })).toBe(inside);
    expect(await block({ type: 'tool_result', content: [text] })).toBe(inside);
  });

  test('with a use of a tool costs its name and its input', async () => {
    const use = { type: 'tool_use', id: 'x', name: 'foo', input: { a: 'hello' } };
    const text = { type: 'text', text: 'foo{"a":"hello"}' };
    expect(Math.abs((await block(use)) - 48 - (await block(text)))).toBeLessThanOrEqual(1);
  });

  test('of thinking costs something only where earlier thinking is kept', async () => {
    const thinking = { type: 'thinking', thinking: 'let me see', signature: 'A'.repeat(1000) };
    expect(await block(thinking)).toBe(0);
    const newer = { model: 'claude-opus-5', messages: [{ content: [] }] };
    expect(await added(claude, newer, { messages: [{ content: [thinking] }] })).toBeGreaterThan(3);
  });

  test.each([
    ['a page', 'web_fetch_tool_result', fetched],
    ['a shell', 'bash_code_execution_tool_result', { stdout: WORDS, stderr: '', content: [] }],
    ['an error', 'code_execution_tool_result', { stdout: '', stderr: WORDS, content: [] }],
    ['a file', 'text_editor_code_execution_tool_result', { content: WORDS }],
    ['lines', 'text_editor_code_execution_tool_result', { lines: [WORDS] }],
  ])(
    'with the result of a tool of the provider costs its text: %s',
    async (_what, type, content) => {
      const text = await block({ type: 'text', text: WORDS });
      expect(await block({ type, tool_use_id: 'x', content })).toBe(text);
    },
  );

  test('with an input that has code in it costs as much as its JSON', async () => {
    const code = 'if (a["b"]) {\n\treturn "c";\n}\n'.repeat(200);
    const costs = async (length: number): Promise<number> =>
      block({ type: 'tool_use', name: '', input: { code: code.slice(0, length) } });
    const json = (length: number): string => JSON.stringify({ code: code.slice(0, length) });
    for (const length of [2000, 2048, 2049, 6000]) {
      expect(await costs(length)).toBe(48 + (await block({ type: 'text', text: json(length) })));
    }
  });

  test('with a list of 50,000 numbers in its input costs as much as its JSON', async () => {
    const list = Array.from({ length: 50_000 }, (_, index) => index * 7);
    const json = await block({ type: 'text', text: JSON.stringify({ list }) });
    const input = await block({ type: 'tool_use', name: '', input: { list } });
    expect(Math.abs(input - 48 - json)).toBeLessThanOrEqual(3);
  });
});

describe('a call', () => {
  const body = { model: 'claude-opus-4-5', messages: [{ role: 'user', content: 'hi' }] };
  const schema = { type: 'object', properties: { answer: { type: 'string' } } };

  test.each(['output_config', 'output_format'])('is charged for the schema in %s', async (key) => {
    const format = { type: 'json_schema', schema };
    const value = key === 'output_config' ? { format } : format;
    const written = [{ role: 'user', content: `hi${JSON.stringify(schema)}` }];
    const text = await added(claude, body, { messages: written });
    const more = await added(claude, body, { [key]: value });
    expect(Math.abs(more - 98 - 1.75 * text)).toBeLessThanOrEqual(4);
  });

  test('to the older API is charged for its prompt', async () => {
    const prompt = `\n\nHuman: ${WORDS}\n\nAssistant:`;
    const old = { model: 'claude-2.1', prompt, max_tokens_to_sample: 300 };
    const request = { provider: 'anthropic', path: '/v1/complete', body: old };
    const { inputTokens, outputTokens } = await estimateTokens(request);
    expect(inputTokens).toBeGreaterThan(200);
    expect(outputTokens).toBe(300);
  });
});

test('a reply that is begun costs its text, and a budget for the task what tells of it', async () => {
  const body = { model: 'claude-haiku-4-5', messages: [{ role: 'user', content: 'hello' }] };
  const begun = [...body.messages, { role: 'assistant', content: '' }];
  expect(await added(claude, body, { messages: begun })).toBe(0);
  const asked = [...begun, { role: 'user', content: '' }];
  expect(await added(claude, body, { messages: asked })).toBe(6);
  const output_config = { task_budget: { type: 'tokens', total: 20_000 } };
  expect(await added(claude, body, { output_config })).toBe(33);
});

test('what explains how to cite is there once, for results of a search too', async () => {
  const result = { type: 'search_result', content: [], citations: { enabled: true } };
  const body = (...content: unknown[]) => ({
    model: 'claude-haiku-4-5',
    messages: [{ role: 'user', content }],
  });
  expect(await added(claude, body(), body(result))).toBe(580);
  expect(await added(claude, body(), body(result, result))).toBe(580);
});

/** Recorded with prompts of these sizes (2026): what one tool, a schema or citations take. */
describe('what was recorded', () => {
  const ask = (model: string, more: object) => ({
    model,
    messages: [{ role: 'user', content: WORDS }],
    ...more,
  });
  const cost = (model: string, more: object): Promise<number> =>
    added(claude, ask(model, {}), ask(model, more));
  const place = { type: 'object', properties: { place: { type: 'string' } } };

  test('of a long description, no more than its text: 4,554 tokens for 4,333 of it', async () => {
    const description = Array.from({ length: 4300 }, () => 'river').join(' ');
    const tools = [{ name: 'note', description, input_schema: place }];
    const short = [{ name: 'note', description: '', input_schema: place }];
    const more =
      (await cost('claude-sonnet-4-6', { tools })) -
      (await cost('claude-sonnet-4-6', { tools: short }));
    expect(Math.abs(more / 4300 - 1.05)).toBeLessThan(0.05);
  });

  test.each([
    ['claude-sonnet-5', 354],
    ['claude-opus-5', 286],
  ])('of a short tool of %s: some 65 to 95 beside what explains tools', async (model, tools) => {
    const tool = { name: 'find', description: 'Find a place', input_schema: place };
    const more = (await cost(model, { tools: [tool] })) - tools;
    expect(more).toBeGreaterThan(55);
    expect(more).toBeLessThan(95);
  });

  test('of a tool that a search found, as much as of one that was there', async () => {
    const tool = { name: 'find', description: WORDS, input_schema: place };
    const base = [{ name: 'search', input_schema: place }];
    const found = [{ type: 'tool_reference', tool_name: 'find' }];
    const content = [{ type: 'tool_result', tool_use_id: 'a', content: found }];
    const messages = [{ role: 'user', content }];
    const model = 'claude-opus-4-8';
    const deferred = { model, messages, tools: [...base, { ...tool, defer_loading: true }] };
    const { inputTokens } = await claude({ model, messages, tools: [...base, tool] });
    expect((await claude(deferred)).inputTokens).toBe(inputTokens);
    const unfound = { ...deferred, messages: [{ role: 'user', content: 'hi' }] };
    expect((await claude(unfound)).inputTokens).toBeLessThan(inputTokens - 30);
  });
});

test('what was compacted is open: the server keeps more of it than the request shows', async () => {
  const open = async (content: readonly object[]) => {
    const messages = [
      { role: 'assistant', content },
      { role: 'user', content: 'hi' },
    ];
    const body = { model: 'claude-opus-5', messages };
    const request = { provider: 'anthropic', path: '/v1/messages', body };
    return (await loadedEstimator()?.measure(request))?.inputSite;
  };
  expect(await open([{ type: 'compaction', content: 'They spoke of rivers.' }])).toContain(' 1 ');
  expect(await open([{ type: 'text', text: 'They spoke of rivers.' }])).not.toContain(' 1 ');
});
