import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { BatchedCallFailed, type BatchOptions, withRateLimit } from '../../src/index.ts';
import {
  createSimulator,
  createVirtualClock,
  type LineOutcome,
  type SimulatedLine,
  type SimulatorOptions,
} from '../../src/testing/index.ts';

const HOUR = 3_600_000;
const clock = createVirtualClock({ start: 1_800_000_000_000 });
const NAMES = ['ann', 'bob', 'cid', 'dan'];
const request = (name: string): object => ({
  model: 'gpt-4o-mini',
  max_completion_tokens: 16,
  messages: [{ role: 'user', content: name }],
});

function connect(options: SimulatorOptions = {}) {
  const reply: SimulatorOptions['reply'] = ({ body }) => JSON.stringify(body.messages);
  const simulator = createSimulator({ clock, limits: { rpm: 60 }, reply, ...options });
  const bare = new OpenAI({ apiKey: 'key', fetch: simulator.fetch });
  const openai = withRateLimit(bare, { clock, limits: { rpm: 60 } });
  return { simulator, openai, limiter: openai.rateLimit };
}

/** What becomes of each item, by its index. */
async function all<Item>(
  { openai, limiter }: Pick<ReturnType<typeof connect>, 'openai' | 'limiter'>,
  items: Iterable<Item>,
  options: BatchOptions<Item>,
) {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers
  const results: any[] = [];
  const run = async (): Promise<void> => {
    for await (const result of limiter.batch(openai, items, options)) results.push(result);
  };
  await clock.run(run());
  return results.sort((one, other) => one.index - other.index);
}

it('sends items in one batch, and hands out answers with their items', async () => {
  const { simulator, ...made } = connect();
  const told: (number | undefined)[] = [];
  const onProgress: BatchOptions<string>['onProgress'] = ({ done, batches, usd }) =>
    told.push(done, batches.calls, usd);
  const results = await all(made, NAMES, { request, onProgress });
  expect(results.map(({ index, item, via }) => [index, item, via])).toEqual(
    NAMES.map((name, index) => [index, name, 'batch']),
  );
  for (const { item, value } of results) {
    expect(value.choices[0].message.content).toContain(item);
  }
  expect([simulator.log.length, simulator.batches.length]).toEqual([0, 1]);
  expect(told.slice(0, 3)).toEqual([0, 4, 0]);
  const usage = results.map(({ value }) => value.usage);
  const usd = usage.reduce(
    (sum, each) => sum + (each.prompt_tokens * 0.15 + each.completion_tokens * 0.6) / 2e6,
    0,
  );
  expect(told.slice(-3)).toEqual([4, 0, expect.closeTo(usd, 12)]);
  expect(clock.pending).toBe(0);
});

it('counts in a budget what is sent live, and not what a batch has answered', async () => {
  const outcome = ({ index }: SimulatedLine): LineOutcome => (index === 0 ? 'expire' : 'answer');
  const { openai, limiter, simulator } = connect({ batches: { outcome } });
  limiter.configure({ budget: { usdPerDay: 1 } });
  let last = 0;
  const onProgress: BatchOptions<string>['onProgress'] = ({ usd = 0 }) => {
    last = usd;
  };
  const results = await all({ openai, limiter }, NAMES, { request, onProgress });
  expect(results.map(({ via }) => via)).toEqual(['live', 'batch', 'batch', 'batch']);
  expect(simulator.log).toHaveLength(1);
  const usd = results.map(
    ({ value: { usage } }) => (usage.prompt_tokens * 0.15 + usage.completion_tokens * 0.6) / 1e6,
  );
  const [live = 0, ...batched] = usd;
  expect(limiter.spending()[0]?.spentUsd).toBeCloseTo(live, 9);
  expect(last).toBeCloseTo(
    batched.reduce((sum, each) => sum + each / 2, live),
    9,
  );
});

it('does so with Anthropic', async () => {
  const simulator = createSimulator({ clock, provider: 'anthropic' });
  const bare = new Anthropic({ apiKey: 'key', fetch: simulator.fetch });
  const client = withRateLimit(bare, { clock });
  const body = (content: string) => {
    return { model: 'claude-haiku-4-5', max_tokens: 16, messages: [{ role: 'user', content }] };
  };
  const found: unknown[] = [];
  const run = async (): Promise<void> => {
    const results = client.rateLimit.batch(client, NAMES, { request: body });
    for await (const result of results) found.push('value' in result && result.value);
  };
  await clock.run(run());
  expect(found).toHaveLength(4);
  expect(found[0]).toMatchObject({ type: 'message' });
});

it('sends live what expires or fails passingly; what is wrong is an error', async () => {
  const outcomes = ['answer', 400, 500, 'expire'] as const;
  const { simulator, ...made } = connect({
    batches: { outcome: ({ index }) => outcomes[index] ?? 'answer' },
  });
  const results = await all(made, NAMES, { request });
  expect(results.map(({ via }) => via)).toEqual(['batch', 'batch', 'live', 'live']);
  expect(results[1].error).toBeInstanceOf(BatchedCallFailed);
  expect(results[1].error.status).toBe(400);
  expect(results[3].value.choices[0].message.content).toContain('dan');
  expect(simulator.log).toHaveLength(2);
});

it('is left at any time, and goes on with its journal: no call is sent twice', async () => {
  const { simulator, ...made } = connect({ batches: { durationMs: HOUR } });
  const lines: string[] = [];
  const journal = { lines, append: (line: string): void => void lines.push(line) };
  const options = { request, journal, batchSize: 3, id: (name: string) => name };
  const controller = new AbortController();
  const { signal } = controller;
  clock.setTimeout(() => controller.abort(new Error('enough')), 60_000);
  await expect(all(made, NAMES, { ...options, signal })).rejects.toThrow('enough');
  expect(clock.pending).toBe(0);
  const taken: string[] = [];
  const leave = async (): Promise<void> => {
    for await (const { item } of made.limiter.batch(made.openai, NAMES, options)) {
      taken.push(item);
      break;
    }
  };
  await clock.run(leave());
  const rest = NAMES.filter((name) => !taken.includes(name));
  const results = await all(made, rest, options);
  expect(results.map(({ item, via }) => [item, via])).toEqual(rest.map((name) => [name, 'batch']));
  expect([simulator.batches.length, simulator.log.length]).toEqual([2, 0]);
});

it('ends with its limiter', async () => {
  const { openai, limiter } = connect();
  const results = limiter.batch(openai, NAMES, { request });
  const next = results.next();
  clock.setTimeout(() => limiter.close(), 10_000);
  await expect(clock.run(next)).rejects.toMatchObject({ code: 'closed' });
  expect(clock.pending).toBe(0);
  expect(() => limiter.batch(openai, NAMES, { request })).toThrow('closed');
});

it.each([
  // 120 calls take 2 minutes live.
  [HOUR, 30 * 60_000, 0],
  [HOUR, 2 * HOUR, 120],
  [60_000, 2 * HOUR, 57],
])(
  'keeps a deadline of %d ms with batches of %d ms: %d go live',
  async (deadlineMs, durationMs, live) => {
    const { simulator, ...made } = connect({ limits: { rpm: 60 }, batches: { durationMs } });
    const start = clock.now();
    const names = Array.from({ length: 120 }, (_, index) => `name ${index}`);
    const results = await all(made, names, { request, deadlineMs });
    expect(results.map(({ item }) => item)).toEqual(names);
    expect((simulator.log.at(-1)?.time ?? start) - start).toBeLessThanOrEqual(deadlineMs);
    if (durationMs < deadlineMs) expect(simulator.log).toHaveLength(live);
    else expect(simulator.log.length).toBeGreaterThan(live / 3);
  },
);

it.each([
  [{}, 'Expected `request` to be a function'],
  [{ request, deadlineMs: 0 }, 'Expected `deadlineMs` to be a number, 1 or more'],
  [{ request, journal: {} }, 'Expected `journal` to be an object with `lines` and `append`'],
  [{ request, unknown: 1 }, 'Unknown option `unknown`'],
])('refuses options that can not be used: %j', (options, message) => {
  const { openai, limiter } = connect();
  expect(() => Reflect.apply(limiter.batch, limiter, [openai, NAMES, options])).toThrow(message);
});

it('refuses a client that has another limiter, or none', () => {
  const { openai, limiter } = connect();
  expect(() => limiter.batch(connect().openai, NAMES, { request })).toThrow('Expected `client`');
  expect(() => limiter.batch(new OpenAI({ apiKey: 'k' }), [], { request })).toThrow(
    'withRateLimit',
  );
  expect(() => limiter.batch(openai, [], { request })).not.toThrow();
});
