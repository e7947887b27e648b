import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { TokenEstimate } from '../../src/model/usage.ts';
import { CooperativeQueue } from '../../src/tokens/cooperative-queue.ts';
import { estimateTokens, warmUp } from '../../src/tokens/estimate.ts';
import { Estimator } from '../../src/tokens/estimator.ts';
import { nextTurn } from '../../src/tokens/next-turn.ts';
import { runs } from '../support/runs.ts';
import { chat } from './estimates.ts';
import { pngDataUrl } from './image-headers.ts';

beforeAll(warmUp);

const input = async (path: string, body: unknown): Promise<number> =>
  (await estimateTokens({ provider: 'openai', path, body })).inputTokens;

describe('embeddings', () => {
  const embedding = (value: unknown) =>
    input('/embeddings', { model: 'text-embedding-3-small', input: value });

  test.each([
    ['a string', 'tiktoken is great!', 6],
    ['strings', ['tiktoken is great!', 'tiktoken is great!'], 12],
    ['tokens', [83, 8251, 2488], 3],
    ['lists of tokens', [[83, 8251], [2488], []], 3],
    ['nothing', [], 0],
    ['more strings than any API takes', new Array(250_000).fill('a'), 250_000],
    ['more lists than any API takes', new Array(250_000).fill([1, 2]), 500_000],
  ])('of %s', async (_kind, value, tokens) => {
    expect(await embedding(value)).toBe(tokens);
  });
});

test.each([
  [undefined, 'Expected `request` to be { provider, path, body }, got `undefined`'],
  [{ path: '/responses' }, 'Expected `provider` to be a string, got `undefined`'],
  [{ provider: 'openai', path: 5 }, 'Expected `path` to be a string, got `5` (number)'],
])('%j is no request to estimate', async (request, message) => {
  await expect(estimateTokens(request as never)).rejects.toThrow(TypeError);
  await expect(estimateTokens(request as never)).rejects.toThrow(message);
});

test('what is moderated may have images', async () => {
  const parts = [
    { type: 'text', text: 'hello world' },
    { type: 'image_url', image_url: { url: '' } },
  ];
  expect(await input('/moderations', { input: parts })).toBe(2 + 425);
});

test('speech is charged for how it is to be spoken, too', async () => {
  const body = { model: 'gpt-4o-mini-tts', input: 'hello world', instructions: 'hello world' };
  expect(await input('/audio/speech', body)).toBe(4);
});

test('an image is charged for the images that it is made of', async () => {
  const body = { model: 'gpt-image-1', prompt: 'hello world' };
  const image = 65 + 2 * 129;
  const small = { image_url: pngDataUrl(512, 512) };
  expect(await input('/images/generations', body)).toBe(2);
  expect(await input('/images/edits', { ...body, image: new Blob(['x']) })).toBe(2 + image);
  expect(await input('/images/edits', { ...body, images: [small, small] })).toBe(
    2 + 2 * (65 + 129),
  );
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) form.append(name, value);
  for (const file of ['a', 'b']) form.append('image[]', new Blob([file]));
  expect(await input('/images/edits', form)).toBe(2 + 2 * image);
});

test('a completion is charged for its prompt', async () => {
  const completion = (prompt: unknown) => input('/completions', { prompt, model: 'davinci-002' });
  expect(await completion('2 + 2 = 4')).toBe(7);
  expect(await completion(['2 + 2 = 4', '2 + 2 = 4'])).toBe(14);
  expect(await completion([1, 2, 3, 4])).toBe(4);
});

describe('the output', () => {
  const output = async (path: string, body: unknown, provider = 'openai'): Promise<number> =>
    (await estimateTokens({ provider, path, body })).outputTokens;

  test.each([
    ['/chat/completions', { max_tokens: 100 }, 100],
    ['/chat/completions', { max_completion_tokens: 50, max_tokens: 100 }, 50],
    ['/chat/completions', { max_tokens: 100, n: 3 }, 300],
    ['/chat/completions', {}, 0],
    ['/chat/completions', { max_tokens: null, n: 'three' }, 0],
    ['/chat/completions', { max_tokens: -5 }, 0],
    ['/chat/completions', { max_tokens: Number.NaN }, 0],
    ['/chat/completions', { max_tokens: Number.POSITIVE_INFINITY }, 0],
    ['/chat/completions', { max_tokens: 1e308, n: 1e308 }, Number.MAX_SAFE_INTEGER],
    ['/completions', { max_tokens: 100, n: 2, best_of: 5 }, 500],
    ['/completions', { max_tokens: 100, n: 2, prompt: ['a', 'b', 'c'] }, 600],
    ['/completions', { max_tokens: 100, prompt: [[1, 2], [3]] }, 200],
    ['/completions', { max_tokens: 100, prompt: [1, 2, 3] }, 100],
    ['/responses', { max_output_tokens: 70 }, 70],
    ['/v1/messages', { max_tokens: 1024, n: 3 }, 1024],
    ['/embeddings', { max_tokens: 100 }, 0],
  ])('of %s with %j is %i', async (path, body, tokens) => {
    expect(await output(path, body)).toBe(tokens);
  });
});

describe('a path', () => {
  const body = { messages: [{ role: 'user', content: 'hello world' }], model: 'gpt-4o' };

  test.each([
    '/chat/completions',
    'chat/completions',
    '/v1/chat/completions',
    '/openai/deployments/my-model/chat/completions?api-version=2025-01-01',
    '/chat/completions/',
    'https://api.openai.com/v1/chat/completions',
  ])('%s is a chat', async (path) => {
    expect(await input(path, body)).toBe(9);
  });

  test.each([
    '/v1/messages',
    '/v1/messages?beta=true',
    '/anthropic/v1/messages',
    'https://api.anthropic.com/v1/messages',
  ])("%s is one of Anthropic's messages", async (path) => {
    expect(await input(path, { ...body, model: 'claude-opus-4-5' })).toBe(9);
  });

  test.each(['rawPredict', 'streamRawPredict'])(
    '%s is what is sent to Claude at Vertex',
    async (method) => {
      const path = `/v1/projects/p/locations/global/publishers/anthropic/models/claude-opus-4-5:${method}`;
      expect(await input(path, { messages: body.messages })).toBe(9);
    },
  );

  test.each(['', '/models', '/threads/x/messages', '/v1/messages/count_tokens', '/files', 'x'])(
    '%j costs nothing',
    async (path) => {
      expect(await input(path, { ...body, input: 'hello', prompt: 'hello' })).toBe(0);
    },
  );

  test('names the model where the body does not, as with Azure', async () => {
    const cl100k = { messages: [{ role: 'user', content: 'お誕生日おめでとう' }] };
    expect(await input('/deployments/gpt-35-turbo/chat/completions', cl100k)).toBe(9 + 7);
    expect(await input('/deployments/gpt-4o/chat/completions', cl100k)).toBe(8 + 7);
  });
});

test('a model that nobody knows is counted like the newest', async () => {
  for (const model of ['gpt-99', 'zebra-5', '', undefined, 7]) {
    const messages = [{ role: 'user', content: 'お誕生日おめでとう' }];
    expect(await input('/chat/completions', { model, messages })).toBe(8 + 7);
  }
});

describe('before the vocabulary is there', () => {
  /** An event loop that never turns: nothing that needs it can come to an end. */
  const cold = (): Estimator => new Estimator(new CooperativeQueue({ now: () => 0 }, () => {}));

  test('a short text is estimated at once', async () => {
    const content = 'The quick brown fox jumps over the lazy dog. '.repeat(20);
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content }] };
    const request = { provider: 'openai', path: '/chat/completions', body };
    const { tally, knownTokens } = (await cold().measure(request))!;
    const inputTokens = tally.reduce((sum, tokens) => sum + tokens, knownTokens);
    const exact = (await chat(body)).inputTokens;
    expect(inputTokens / exact).toBeGreaterThan(0.8);
    expect(inputTokens / exact).toBeLessThan(1.2);
  });

  test('an estimate without a client waits for it, and is exact from the first one on', async () => {
    const fresh = new Estimator(new CooperativeQueue(systemClock, nextTurn));
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Ünïcödé' }] };
    const request = { provider: 'openai', path: '/chat/completions', body };
    expect(await fresh.estimate(request)).toEqual(await chat(body));
  });
});

test('a body may be given as its JSON text', async () => {
  const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello world' }] };
  const request = { provider: 'openai', path: '/chat/completions' };
  const expected = await estimateTokens({ ...request, body });
  expect(await estimateTokens({ ...request, body: JSON.stringify(body) })).toEqual(expected);
});

describe('whatever the body', () => {
  const PROVIDERS = ['openai', 'azure', 'anthropic', 'compatible', 'other'];
  const PATHS = [
    ...['/chat/completions', '/completions', '/responses', '/embeddings', '/moderations'],
    ...['/audio/speech', '/images/generations', '/images/edits', '/v1/messages', '/other'],
  ];
  const calls = PROVIDERS.flatMap((provider) => PATHS.map((path) => [provider, path] as const));

  /** Two whole numbers from 0 up, the same each time. */
  const isSane = async (provider: string, path: string, body: unknown): Promise<void> => {
    const estimate = await isWhole(provider, path, body);
    expect(await estimateTokens({ provider, path, body })).toEqual(estimate);
  };

  const isWhole = async (provider: string, path: string, body: unknown): Promise<TokenEstimate> => {
    const estimate = await estimateTokens({ provider, path, body });
    for (const tokens of [estimate.inputTokens, estimate.outputTokens]) {
      expect(Number.isSafeInteger(tokens) && tokens >= 0).toBe(true);
    }
    return estimate;
  };

  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
  });

  test.each(calls)(
    'an estimate for %s of %s is two whole numbers from 0 up, the same each time',
    async (provider, path) => {
      for (const bodies of [anything, bodyLike]) {
        await fc.assert(
          fc.asyncProperty(bodies, (body) => isSane(provider, path, body)),
          { numRuns: runs(40), seed: 1 },
        );
      }
    },
  );

  const cycle: Record<string, unknown> = { role: 'user', type: 'object', name: 'f' };
  for (const key of ['content', 'messages', 'input', 'tools', 'function', 'prompt', 'text']) {
    cycle[key] = [cycle];
  }
  for (const key of ['properties', 'items', 'schema', 'input_schema']) cycle[key] = cycle;

  const trap = new Proxy(
    {},
    {
      get: () => {
        throw new Error('trap');
      },
      ownKeys: () => {
        throw new Error('trap');
      },
    },
  );
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  const endless = new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 53 : endless) });

  test.each([
    ['a cycle', cycle],
    ['getters that throw', trap],
    ['a revoked proxy', revoked.proxy],
    ['parts that throw', { messages: [trap, { content: [trap] }], tools: [trap], system: trap }],
    ['a function', () => 1],
    ['half surrogate pairs', { messages: [{ content: '\ud800'.repeat(9000) }] }],
    ['special tokens', { messages: [{ content: '<|endoftext|>'.repeat(900) }] }],
  ])('%s', async (_name, body) => {
    for (const path of PATHS) await isSane('openai', path, body);
  });

  // Each is read up to a bound, which takes a while: once will do.
  test.each([
    ['an endless list of endless lists', { messages: endless, input: endless, prompt: endless }],
    ['a sparse list', { messages: new Array(2 ** 32 - 1), input: new Array(2 ** 32 - 1) }],
  ])('%s is read up to a bound', async (_name, body) => {
    for (const path of PATHS) await isWhole('openai', path, body);
  });
});

/** JSON in which keys and values are those that the rules look for, in all the wrong places. */
const bodyLike = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('text', 'image', 'image_url', 'document', 'tool_use', 'thinking', 'object'),
    fc.constantFrom('function', 'json_schema', 'array', 'string', 'system', 'none', 'any'),
    fc.constantFrom('data:image/png;base64,iVBORw0KGgo', 'claude-opus-4-8', 'gpt-5.1', 'low'),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(null, true),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(
    fc.constantFrom(
      ...['messages', 'role', 'content', 'type', 'text', 'name', 'tools', 'function', 'functions'],
      ...['parameters', 'properties', 'required', 'items', 'anyOf', 'enum', 'description'],
      ...['input', 'instructions', 'prompt', 'system', 'source', 'data', 'image_url', 'url'],
      ...['tool_choice', 'function_call', 'tool_calls', 'arguments', 'response_format', 'format'],
      ...['json_schema', 'schema', 'input_schema', 'max_tokens', 'n', 'best_of', 'model', 'detail'],
    ),
    tie('value'),
    { maxKeys: 6 },
  ),
})).object;
