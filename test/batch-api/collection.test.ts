import { expect, it } from 'vitest';
import { Collection } from '../../src/batch-api/collection.ts';
import { PackedIds } from '../../src/batch-api/packed-ids.ts';
import { RunControl } from '../../src/batch-api/run-control.ts';
import type { BatchResult } from '../../src/batch-api/vendor.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

const clock = createVirtualClock();

it('has the results of one batch at a time in memory, also after one that fails', async () => {
  let [open, most] = [0, 0];
  async function* results(batch: string): AsyncGenerator<BatchResult, void> {
    most = Math.max(most, ++open);
    try {
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 100));
      if (batch === 'b') throw new Error('broken off');
      const outcome = { kind: 'answered', status: 200, requestId: '', body: {} } as const;
      yield { wireId: `${batch}-0`, outcome };
    } finally {
      open--;
    }
  }
  const recorded: string[] = [];
  const collection = new Collection(
    {
      vendor: { results } as never,
      isDone: () => false,
      record: (id) => void recorded.push(id),
      flush: () => {},
    },
    new RunControl(clock),
  );
  const plan = (token: string) =>
    ({ token, url: '/v1/x', at: 0, ids: new PackedIds([`of ${token}`]) }) as never;
  const all = ['a', 'b', 'c'].map((token) => collection.collect(plan(token), token));
  const ended = await clock.run(Promise.allSettled(all));
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect([most, recorded]).toEqual([1, ['of a', 'of c']]);
});

it('takes no line for an answer that names none of its calls', async () => {
  const outcome = { kind: 'answered', status: 200, requestId: '', body: {} } as const;
  async function* results(): AsyncGenerator<BatchResult, void> {
    for (const wireId of ['', 'a', 'a-', 'other-0', 'a-9', 'a--1', 'a-x', 'a-1'])
      yield { wireId, outcome };
  }
  const recorded: string[] = [];
  const record = (id: string): void => void recorded.push(id);
  const job = { vendor: { results } as never, isDone: () => false, record, flush: () => {} };
  const plan = { token: 'a', ids: new PackedIds(['first', 'second']) } as never;
  const { left } = await new Collection(job, new RunControl(clock)).collect(plan, 'a');
  expect([recorded, left]).toEqual([['second'], [0]]);
});
