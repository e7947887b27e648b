import OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createSimulator,
  createVirtualClock,
  type SimulatedBatchOptions,
} from '../../../src/testing/index.ts';
import { mounts } from '../mounts.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const START = 1_800_000_000_000;
const line = (id: string, more: object = {}, url = '/v1/chat/completions') => {
  const messages = [{ role: 'user', content: `Item ${id}` }];
  return { custom_id: id, method: 'POST', url, body: { model: 'gpt-4o-mini', messages, ...more } };
};
const lines = (count: number) => Array.from({ length: count }, (_, index) => line(`id-${index}`));

async function connect(batches: SimulatedBatchOptions = {}, mount = mounts[0]) {
  const clock = createVirtualClock({ start: START });
  const simulator = createSimulator({ clock, batches, reply: () => 'fine' });
  const mounted = await mount?.mount(simulator, '/v1');
  closing.push(() => mounted?.close());
  const client = new OpenAI({ apiKey: 'key', maxRetries: 0, ...mounted?.client });
  const upload = (content: readonly object[] | string) => {
    const text =
      typeof content === 'string'
        ? content
        : content.map((each) => JSON.stringify(each)).join('\n');
    return client.files.create({ file: new File([text], 'in.jsonl'), purpose: 'batch' });
  };
  const start = async (content: readonly object[] | string, metadata?: Record<string, string>) => {
    const { id } = await upload(content);
    return client.batches.create({
      input_file_id: id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      ...(metadata && { metadata }),
    });
  };
  const read = async (id: string | undefined | null) => {
    if (!id) return [];
    const text = await (await client.files.content(id)).text();
    return text
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each));
  };
  return { clock, simulator, client, upload, start, read };
}

describe.each(mounts)('the openai package through $name', (mount) => {
  test('files and a batch, from its upload to its output', async () => {
    const { clock, simulator, client, start, read } = await connect({}, mount);
    const batch = await start(lines(3), { job: 'a' });
    expect(batch).toMatchObject({ status: 'validating', metadata: { job: 'a' } });
    const steps: string[] = [];
    for (const at of [0, 1200, 31_200, 58_800, 60_000]) {
      await clock.advance(START + at - clock.now());
      const { status, request_counts } = await client.batches.retrieve(batch.id);
      steps.push(`${at} ${status} ${request_counts?.completed}/${request_counts?.total}`);
    }
    expect(steps).toEqual([
      '0 validating 0/3',
      '1200 in_progress 0/3',
      '31200 in_progress 1/3',
      '58800 finalizing 2/3',
      '60000 completed 3/3',
    ]);
    const ended = await client.batches.retrieve(batch.id);
    expect(ended.error_file_id).toBe(null);
    const output = await read(ended.output_file_id);
    expect(output.map(({ custom_id }) => custom_id)).toEqual(['id-0', 'id-1', 'id-2']);
    expect(output[0]).toMatchObject({
      error: null,
      response: {
        status_code: 200,
        body: { object: 'chat.completion', choices: [{ message: { content: 'fine' } }] },
      },
    });
    const deleted = await client.files.delete(ended.input_file_id);
    expect(deleted).toMatchObject({ deleted: true });
    await expect(client.files.content(ended.input_file_id)).rejects.toThrow('404');
    expect(simulator.log).toEqual([]);
    expect(simulator.batches).toMatchObject([{ id: batch.id, endsAt: START + 60_000 }]);
  });
});

test('what fails or expires is in the error file, and a line that expires expires the batch', async () => {
  const outcome: SimulatedBatchOptions['outcome'] = ({ index }) =>
    index === 1 ? 400 : index === 2 ? 'expire' : 'answer';
  const { clock, client, start, read } = await connect({ outcome });
  const { id } = await start(lines(4));
  await clock.advance(86_400_000 - 1);
  expect(await client.batches.retrieve(id)).toMatchObject({ status: 'in_progress' });
  await clock.advance(1);
  const ended = await client.batches.retrieve(id);
  expect(ended).toMatchObject({
    status: 'expired',
    request_counts: { total: 4, completed: 2, failed: 2 },
  });
  const output = await read(ended.output_file_id);
  expect(output.map(({ custom_id }) => custom_id)).toEqual(['id-0', 'id-3']);
  const errors = await read(ended.error_file_id);
  expect(errors).toMatchObject([
    { custom_id: 'id-1', response: { status_code: 400, body: { error: {} } }, error: null },
    { custom_id: 'id-2', response: null, error: { code: 'batch_expired' } },
  ]);
});

test('a batch that takes longer than its window expires where it is', async () => {
  const { clock, client, start, read } = await connect({ durationMs: 100_000, windowMs: 50_000 });
  const { id } = await start(lines(4));
  await clock.advance(50_000);
  const { status, output_file_id, error_file_id } = await client.batches.retrieve(id);
  expect([status, (await read(output_file_id)).length, (await read(error_file_id)).length]).toEqual(
    ['expired', 2, 2],
  );
});

test('a canceled batch keeps what was answered', async () => {
  const { clock, client, start, read } = await connect();
  const { id } = await start(lines(4));
  await clock.advance(31_000);
  expect((await client.batches.cancel(id)).status).toBe('cancelling');
  await clock.advance(1000);
  const { status, output_file_id, error_file_id } = await client.batches.retrieve(id);
  expect([status, (await read(output_file_id)).length, error_file_id]).toEqual([
    'cancelled',
    2,
    null,
  ]);
  expect((await client.batches.cancel(id)).status).toBe('cancelled');
});

test.each([
  ['{ torn', 'invalid_json_line'],
  ['', 'empty_file'],
  [[line('a'), line('a')], 'duplicate_custom_id'],
  [[line('a'), line('b', { model: 'gpt-4o' })], 'mismatched_model'],
  [[line('a', {}, '/v1/embeddings')], 'mismatched_url'],
  [lines(6), 'too_many_tasks'],
  [
    [line('a', { messages: [{ role: 'user', content: 'x'.repeat(4000) }] })],
    'token_limit_exceeded',
  ],
])('a file that can not be used fails the batch: %#', async (content, code) => {
  const { clock, client, start } = await connect({ maxRequests: 5, maxQueuedTokens: 100 });
  const { id } = await start(content);
  await clock.advance(60_000);
  const ended = await client.batches.retrieve(id);
  expect(ended).toMatchObject({ status: 'failed', errors: { data: [{ code }] } });
  expect(ended.output_file_id).toBe(null);
});

test('tokens wait in a queue until their batch has ended', async () => {
  const { clock, client, start } = await connect({ maxQueuedTokens: 15 });
  await start(lines(3));
  const second = await start(lines(3));
  await clock.advance(60_000);
  expect((await client.batches.retrieve(second.id)).errors?.data).toMatchObject([
    { code: 'token_limit_exceeded', message: /Limit: 15 enqueued tokens/ },
  ]);
  const third = await start(lines(3));
  await clock.advance(60_000);
  expect((await client.batches.retrieve(third.id)).status).toBe('completed');
});

test('lists batches, newest first, page by page', async () => {
  const { client, start } = await connect();
  const created = [];
  for (let i = 0; i < 5; i++) created.push((await start(lines(1))).id);
  const listed = [];
  for await (const { id } of client.batches.list({ limit: 2 })) listed.push(id);
  expect(listed).toEqual(created.toReversed());
});

test('refuses what it does not know', async () => {
  const { client, upload } = await connect({ maxBytes: 50 });
  await expect(upload('x'.repeat(51))).rejects.toMatchObject({ status: 413 });
  await expect(client.batches.retrieve('batch_none')).rejects.toMatchObject({ status: 404 });
  const create = client.batches.create({
    input_file_id: 'file-none',
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  });
  await expect(create).rejects.toMatchObject({ status: 400, param: 'input_file_id' });
});
