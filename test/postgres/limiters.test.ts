import { afterAll, beforeAll, expect, it } from 'vitest';
import { manualKey } from '../../src/lane/lane-key.ts';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import { priceIn } from '../../src/model/price.ts';
import { postgresStore } from '../../src/postgres/index.ts';
import { EXPECTED_OUTPUT_TOKENS } from '../../src/providers/most-in-usd.ts';
import { describePostgres, newDatabase } from './support/describe-postgres.ts';

const LANE = manualKey('default');

describePostgres('limiters of several processes in PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof newDatabase>>;
  beforeAll(async () => {
    database = await newDatabase();
  });
  afterAll(() => database.drop());

  const limited = async (
    count: number,
    use: (limiters: readonly RateLimiter[]) => Promise<void>,
    options: object = { limits: { rpm: 10 }, headroom: 0 },
  ): Promise<void> => {
    const stores = Array.from({ length: count }, () =>
      postgresStore(database.url, { table: database.table }),
    );
    const limiters = stores.map((store) => createRateLimiter({ ...options, store }));
    try {
      await use(limiters);
    } finally {
      for (const limiter of limiters) limiter.close();
      for (const store of stores) await store.close();
    }
  };

  it('let through what one of them would', async () => {
    await limited(3, async (limiters) => {
      const calls = Array.from({ length: 30 }, async (_, i) => {
        const call = { model: 'together', maxWaitMs: 0 };
        const reservation = await limiters[i % 3]!.acquire({}, call);
        reservation.settle();
      });
      const ended = await Promise.allSettled(calls);
      const sent = ended.filter(({ status }) => status === 'fulfilled').length;
      expect(sent).toBeGreaterThan(0);
      expect(sent).toBeLessThanOrEqual(11);
    });
  });

  it('leave what they shared when they close', async () => {
    const writers = async (): Promise<unknown> => {
      const of = `SELECT writer FROM ${database.table} WHERE name LIKE '%together%'`;
      return (await database.admin.query(of)).rows;
    };
    // Who closes doesn't wait for its last word.
    await expect.poll(writers, { timeout: 10_000 }).toEqual([{ writer: '' }]);
  });

  it('share a budget', async () => {
    const price = priceIn({ input: 0, output: 1_000_000 / EXPECTED_OUTPUT_TOKENS });
    const options = { budget: { usdPerDay: 1 } };
    const call = { model: 'm', maxOutputTokens: undefined };
    const estimate = { inputTokens: 0, outputTokens: 0 };
    /** A call that may cost one dollar. */
    const pay = async (limiter: RateLimiter): Promise<void> => {
      await limiter.core.opening;
      await limiter.core.as({}, (caller) =>
        limiter.core.reserveBudget(LANE, {
          call,
          estimate,
          caller,
          callId: 'a',
          price: () => price,
        }),
      );
    };
    await limited(
      2,
      async ([one, two]) => {
        await pay(one!);
        await expect(pay(two!)).rejects.toMatchObject({ name: 'BudgetSpent', reservedUsd: 1 });
      },
      options,
    );
  });

  it('go on when all connections have ended', async () => {
    await limited(
      1,
      async ([limiter]) => {
        (await limiter!.acquire({}, { model: 'cut' })).settle();
        await database.admin.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
          [database.table],
        );
        for (let i = 0; i < 3; i++) (await limiter!.acquire({}, { model: 'cut' })).settle();
      },
      { limits: { rpm: 60_000 } },
    );
  });
});
