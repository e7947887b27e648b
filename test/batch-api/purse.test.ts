import { expect, it } from 'vitest';
import { BatchApiRun } from '../../src/batch-api/batch-api-run.ts';
import { Journal } from '../../src/batch-api/journal.ts';
import type { BatchCall, BatchVendor } from '../../src/batch-api/vendor.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

it('packs fewer calls where live calls have taken the money for them meanwhile', async () => {
  const clock = createVirtualClock();
  const submitted: number[] = [];
  const tokens: string[] = [];
  const vendor: BatchVendor = {
    limits: { requests: 100, bytes: 100_000 },
    groupOf: () => '',
    wireLine: ({ id }) => id,
    async submit({ token, ids }) {
      submitted.push(ids.length);
      return String(tokens.push(token) - 1);
    },
    find: async () => 'none',
    state: async () => ({ kind: 'ended', succeeded: 0 }),
    async *results(batch) {
      const answered = { kind: 'answered', status: 200, requestId: '', body: {} } as const;
      for (let index = 0; index < (submitted[Number(batch)] ?? 0); index++) {
        yield { wireId: `${tokens[Number(batch)]}-${index}`, outcome: answered };
      }
    },
    cancel: async () => {},
    tidy: async () => {},
  };
  let left = 10;
  let looks = 0;
  const purse = {
    priceOf: async () => 1,
    hasRoom(usd: number): boolean {
      // After the last call is packed, a live one costs 3.
      const has = usd <= left;
      if (++looks === 10) left -= 3;
      return has;
    },
    take(usd: number): boolean {
      if (usd > left) return false;
      left -= usd;
      return true;
    },
    hold: () => {},
    giveBack: () => {},
  };
  const recorded = new Set<string>();
  const calls = Array.from({ length: 10 }, (_, index): BatchCall => {
    return { id: `call-${index}`, url: '/v1/chat/completions', body: {} };
  });
  const run = new BatchApiRun({
    ...{ vendor, clock, purse },
    journal: new Journal({ append: () => {} }),
    async *calls() {
      yield* calls;
    },
    isDone: (id) => recorded.has(id),
    record: (id) => void recorded.add(id),
    flush: () => {},
    say: () => {},
  });
  await clock.run(run.run());
  expect([submitted, recorded.size, left, run.isShort]).toEqual([[7], 7, 0, true]);
});
