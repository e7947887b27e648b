import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createSimulator,
  createVirtualClock,
  type SimulatedBatchOptions,
} from '../../../src/testing/index.ts';
import { mounts } from '../mounts.ts';
import { collect } from '../requests.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const START = 1_800_000_000_000;
const requests = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    custom_id: `id-${index}`,
    params: {
      model: 'claude-haiku-4-5',
      max_tokens: 16,
      messages: [{ role: 'user' as const, content: 'Hi' }],
    },
  }));

async function connect(batches: SimulatedBatchOptions = {}, mount = mounts[0]) {
  const clock = createVirtualClock({ start: START });
  const provider = 'anthropic';
  const simulator = createSimulator({ provider, clock, batches, reply: () => 'fine' });
  const mounted = await mount?.mount(simulator, '');
  closing.push(() => mounted?.close());
  const client = new Anthropic({ apiKey: 'key', maxRetries: 0, ...mounted?.client });
  return { clock, simulator, batches: client.messages.batches };
}

describe.each(mounts)('the @anthropic-ai/sdk package through $name', (mount) => {
  test('a batch, from its creation to its results', async () => {
    const { clock, simulator, batches } = await connect({}, mount);
    const { id, expires_at } = await batches.create({ requests: requests(3) });
    expect(Date.parse(expires_at)).toBe(START + 86_400_000);
    await clock.advance(59_999);
    expect(await batches.retrieve(id)).toMatchObject({
      processing_status: 'in_progress',
      results_url: null,
      request_counts: { processing: 3, succeeded: 0 },
    });
    await clock.advance(1);
    expect(await batches.retrieve(id)).toMatchObject({
      processing_status: 'ended',
      request_counts: { processing: 0, succeeded: 3 },
    });
    const results = await collect(await batches.results(id));
    expect(results.map(({ custom_id }) => custom_id)).toEqual(['id-2', 'id-1', 'id-0']);
    expect(results[0]?.result).toMatchObject({
      type: 'succeeded',
      message: { type: 'message', content: [{ text: 'fine' }] },
    });
    expect(simulator.log).toEqual([]);
  });
});

test('lines end as they are told to', async () => {
  const outcome: SimulatedBatchOptions['outcome'] = ({ index }) =>
    index === 1 ? 500 : index === 2 ? 'expire' : 'answer';
  const { clock, batches } = await connect({ outcome });
  const { id } = await batches.create({ requests: requests(3) });
  await clock.advance(86_400_000);
  const results = await collect(await batches.results(id));
  expect(results.map(({ result }) => result)).toMatchObject([
    { type: 'expired' },
    { type: 'errored', error: { type: 'error', error: { type: 'api_error' } } },
    { type: 'succeeded' },
  ]);
});

test('a canceled batch has canceled lines', async () => {
  const { clock, batches } = await connect();
  const { id } = await batches.create({ requests: requests(4) });
  await clock.advance(31_000);
  expect((await batches.cancel(id)).processing_status).toBe('canceling');
  await clock.advance(1000);
  expect((await batches.retrieve(id)).request_counts).toEqual({
    ...{ processing: 0, errored: 0, expired: 0 },
    ...{ succeeded: 2, canceled: 2 },
  });
});

test.each([
  [[], 400],
  [requests(6), 400],
  [[...requests(1), ...requests(1)], 400],
  [requests(1).map((each) => ({ ...each, custom_id: 'no spaces' })), 400],
  [requests(1).map((each) => ({ ...each, custom_id: 'x'.repeat(65) })), 400],
])('refuses a batch that can not be used: %#', async (given, status) => {
  const { batches } = await connect({ maxRequests: 5 });
  await expect(batches.create({ requests: given })).rejects.toMatchObject({ status });
});

test('refuses a batch that is too large', async () => {
  const { batches } = await connect({ maxBytes: 100 });
  await expect(batches.create({ requests: requests(2) })).rejects.toMatchObject({ status: 413 });
});

test('lists batches, newest first, page by page', async () => {
  const { batches } = await connect();
  const created = [];
  for (let i = 0; i < 5; i++) created.push((await batches.create({ requests: requests(1) })).id);
  const listed = [];
  for await (const { id } of batches.list({ limit: 2 })) listed.push(id);
  expect(listed).toEqual(created.toReversed());
});
