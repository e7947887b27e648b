import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { ownKey } from '../../src/lane/lane-registry.ts';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import { createTable, postgresStore } from '../../src/postgres/index.ts';
import { remedyFor } from '../../src/postgres/remedy.ts';
import { EXPECTED_OUTPUT_TOKENS } from '../../src/providers/most-in-usd.ts';
import type { Store } from '../../src/shared/store.ts';
import { skipAloud } from '../redis/support/describe-redis.ts';
import { isThere, POSTGRES_URL } from './support/server.ts';

const LANE = ownKey('default');

test.each([
  [{ table: 'Not A Name' }, '`table`', 'a name of lower-case letters'],
  [{ leaseMs: 10 }, '`leaseMs`', '1000 or more'],
  [{ onStoreLost: 'panic' }, '`onStoreLost`', "'local', 'open'"],
  [{ instances: 0.5 }, '`instances`', 'a whole number'],
  [{ prefix: 'x' }, 'prefix', 'table'],
])('%j is refused, by name', (options, name, what) => {
  const open = (): Store => postgresStore('postgres://localhost/app', options as object);
  expect(open).toThrow(TypeError);
  expect(open).toThrow(name);
  expect(open).toThrow(what);
});

test.each(['redis://localhost', 'localhost', {}, null, 7])('%j is no server', (target) => {
  expect(() => postgresStore(target as never)).toThrow(/`target` to be a URL .*postgres/);
});

test('what is set up wrongly is no outage', () => {
  const coded = (code: string): Error => Object.assign(new Error('no'), { code });
  expect(remedyFor(coded('42P01'), 'cells')).toContain('create its table `cells`');
  expect(remedyFor(coded('28P01'), 'cells')).toContain('password');
  expect(remedyFor(coded('ECONNREFUSED'), 'cells')).toBeUndefined();
  expect(remedyFor(coded('toString'), 'cells')).toBeUndefined();
  expect(remedyFor(undefined, 'cells')).toBeUndefined();
});

if (await isThere()) {
  describe('limiters of several processes in PostgreSQL', () => {
    const table = `cells_${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`;
    const url = `${POSTGRES_URL}?application_name=${table}`;
    const admin = new pg.Client({ connectionString: POSTGRES_URL });
    beforeAll(async () => {
      await admin.connect();
      await admin.query(createTable(table));
    });
    afterAll(async () => {
      await admin.query(`DROP TABLE ${table}`);
      await admin.end();
    });
    const limited = async (
      count: number,
      use: (limiters: readonly RateLimiter[]) => Promise<void>,
      options: object = { limits: { rpm: 10 }, headroom: 0 },
    ): Promise<void> => {
      const stores = Array.from({ length: count }, () => postgresStore(url, { table }));
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
      const { rows } = await admin.query(
        `SELECT writer FROM ${table} WHERE name LIKE '%together%'`,
      );
      expect(rows).toEqual([{ writer: '' }]);
    });

    it('share a budget', async () => {
      const prices = { '*': { input: 0, output: 1_000_000 / EXPECTED_OUTPUT_TOKENS } };
      const options = { budget: { usdPerDay: 1 }, prices };
      const call = { model: 'm', maxOutputTokens: undefined };
      const estimate = { inputTokens: 0, outputTokens: 0 };
      /** A call that may cost one dollar. */
      const pay = async (limiter: RateLimiter): Promise<void> => {
        await limiter.as({}, (caller) => limiter.charge(LANE, { call, estimate, caller }));
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
          await admin.query(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
            [table],
          );
          for (let i = 0; i < 3; i++) (await limiter!.acquire({}, { model: 'cut' })).settle();
        },
        { limits: { rpm: 60_000 } },
      );
    });

    it('say what to do where there is no table', async () => {
      const store = postgresStore(url, { table: 'no_such_cells' });
      const limiter = createRateLimiter({ store, limits: { rpm: 60 } });
      await expect(limiter.acquire({})).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('create its table `no_such_cells`'),
      });
      limiter.close();
      await store.close();
    });
  });
} else skipAloud('limiters in PostgreSQL', `no server at ${POSTGRES_URL}`);
