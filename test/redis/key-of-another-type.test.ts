import OpenAI from 'openai';
import { afterEach, expect, it } from 'vitest';
import { runAs } from '../../src/callers/run-as.ts';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { redisStore } from '../../src/redis/index.ts';
import { createSimulator } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { heard } from '../support/limiter-contract.ts';
import { describeRedis } from './support/describe-redis.ts';
import { eventually } from './support/eventually.ts';

describeRedis('a key of another type', (server) => {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).reverse()) await clean();
  });

  function open(prefix: string, options: RateLimiterOptions = {}): RateLimiter {
    const store = redisStore(server().url, { prefix });
    const limiter = createRateLimiter({ store, limits: { rpm: 6000 }, ...options });
    cleanUp.push(
      () => store.close(),
      () => limiter.close(),
    );
    return limiter;
  }
  const go = async (limiter: RateLimiter, model: string) =>
    (await limiter.acquire({}, { model })).settle();

  it.each(['cell', 'inbox'])(
    'in the place of a lane stops the calls of that lane alone, and says why: %s',
    async (kind) => {
      const prefix = `test-${crypto.randomUUID()}`;
      const key = `{${prefix}}:${kind}:lane/limiter/one`;
      await server().command('SET', key, 'mine');
      const group = [open(prefix), open(prefix)];
      const degraded = group.map((limiter) => heard(limiter, 'degraded'));
      for (const limiter of group) {
        await go(limiter, 'other');
        await expect(go(limiter, 'one')).rejects.toMatchObject({
          name: 'StoreUnavailable',
          message: expect.stringContaining(`\`${key}\``),
        });
        await go(limiter, 'other');
      }
      expect(degraded.flat()).toEqual([]);
      await server().command('DEL', key);
      for (const limiter of group) {
        await eventually(() =>
          go(limiter, 'one').then(
            () => true,
            () => false,
          ),
        );
      }
      const [status] = (await group[0]!.status()).filter(({ lane }) => lane.endsWith('one'));
      expect(status).toMatchObject({ processes: 2 });
    },
  );

  it('in the place of a budget stops the calls of that budget alone, and says why', async () => {
    const budget = { budget: { usdPerDay: 5, perKey: true } };
    const pay = async (limiter: RateLimiter, key: string): Promise<void> => {
      const simulator = createSimulator();
      const client = new OpenAI({ apiKey: 'any', maxRetries: 0, fetch: simulator.fetch });
      const { responses } = withRateLimit(client, { limiter });
      await runAs({ key }, () => responses.create({ model: 'gpt-5.4', input: 'Hello' }));
    };
    const named = `test-${crypto.randomUUID()}`;
    await pay(open(named, budget), 'alice');
    const [cell] = (await server().command('KEYS', `{${named}}:cell:budget/*`)) as string[];
    const prefix = `test-${crypto.randomUUID()}`;
    const key = cell!.replace(named, prefix);
    await server().command('SET', key, 'mine');
    const limiter = open(prefix, budget);
    const degraded = heard(limiter, 'degraded');
    for (let i = 0; i < 2; i++) {
      await expect(pay(limiter, 'alice')).rejects.toMatchObject({
        name: 'StoreUnavailable',
        message: expect.stringContaining(`\`${key}\``),
      });
      await pay(limiter, 'bob');
    }
    expect(degraded).toEqual([]);
    await server().command('DEL', key);
    await eventually(() =>
      pay(limiter, 'alice').then(
        () => true,
        () => false,
      ),
    );
    const spent = new Map(limiter.spending().map((each) => [each.key, each]));
    expect(spent.get('bob')?.spentUsd).toBeCloseTo(2 * (spent.get('alice')?.spentUsd ?? 0));
    expect(spent.get('alice')).toMatchObject({ reservedUsd: 0 });
  });
});
