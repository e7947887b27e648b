import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RateLimiter } from '../../src/limiter.ts';
import { redisStore } from '../../src/redis/index.ts';
import type { Store } from '../../src/stores/shared-lane.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { START, World } from '../support/limiter-contract.ts';
import { describeRedis } from './support/describe-redis.ts';
import { holdForDigests, VirtualClient } from './support/virtual-client.ts';

const [MAX, WINDOW_MS] = [120, 4000];
const PROCESSES = 3;

describeRedis('processes that find a lost server back at different times', (server) => {
  const prefix = `test-${crypto.randomUUID()}`;
  let clock: VirtualClock;
  let world: World;
  let clients: VirtualClient[];
  let restore: () => void;

  beforeEach(async () => {
    clock = createVirtualClock({ start: START });
    restore = holdForDigests(clock);
    clients = await Promise.all(
      Array.from({ length: PROCESSES }, () => VirtualClient.of(server(), clock)),
    );
    const stores: Store[] = [];
    const close = async (): Promise<void> => {
      for (const store of stores) await store.close();
    };
    const store = (): Store => {
      const opened = redisStore(clients[stores.length]!, { prefix, clock });
      stores.push(opened);
      return opened;
    };
    world = new World(clock, { store, close });
  });
  afterEach(async () => {
    await world.close();
    await forget();
    for (const client of clients) client.destroy();
    restore();
  });

  /** The server is empty now. */
  async function forget(): Promise<void> {
    const keys = await server().command('KEYS', `{${prefix}}:*`);
    await server().command('DEL', 'none', ...(Array.isArray(keys) ? keys.map(String) : []));
  }

  it.each([
    ['bucket', true],
    ['bucket', false],
    ['window', true],
    ['window', false],
    ['slices', true],
    ['slices', false],
  ] as const)(
    'go on with it together, and use no more than the limit meanwhile (%s, has forgotten all: %s)',
    async (enforcement, isForgetful) => {
      const limits = [{ dimension: 'requests', max: MAX, windowMs: WINDOW_MS }] as const;
      const options = { limits, enforcement, burstSeconds: 4 };
      const group = Array.from({ length: PROCESSES }, () => world.limiter(options));
      const back: number[] = [];
      for (const each of group) {
        each.on('degraded', ({ what }) => {
          if (what === 'store_back') back.push(world.ms);
        });
      }
      let isOver = false;
      const work = async (limiter: RateLimiter): Promise<void> => {
        while (!isOver) await world.call(limiter, 'x');
      };
      const working = group.flatMap((each) => Array.from({ length: 5 }, () => work(each)));
      await clock.advance(6000);
      const error = new Error('LOADING Redis is loading the dataset in memory');
      for (const client of clients) client.errors = Array.from({ length: 10_000 }, () => error);
      await clock.advance(10_000);
      if (isForgetful) await forget();
      for (const client of clients) {
        client.errors = [];
        await clock.advance(100);
      }
      await clock.advance(10_000);
      isOver = true;
      await clock.run(Promise.all(working));
      const times = world.lines.map((line) => Number.parseFloat(line));
      // A bucket lets a burst go and what flows in: here, twice the limit in a window.
      const most = enforcement === 'bucket' ? 2 * MAX : MAX;
      const inWindow = times.map((at) => {
        return times.filter((each) => each <= at && each > at - WINDOW_MS).length;
      });
      expect(Math.max(...inWindow)).toBeLessThanOrEqual(most);
      expect(back).toHaveLength(PROCESSES);
      expect(Math.max(...back) - Math.min(...back)).toBeLessThanOrEqual(1);
      const later = times.filter((at) => at > back[0]! + WINDOW_MS);
      expect(later.length).toBeGreaterThan(MAX / 2);
    },
  );
});
