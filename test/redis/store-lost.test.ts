import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { type RedisStoreOptions, redisStore } from '../../src/redis/index.ts';
import { createSimulator } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { heard } from '../support/limiter-contract.ts';
import { describePrivate } from './support/describe-redis.ts';
import { eventually } from './support/eventually.ts';
import { RedisServer } from './support/redis-server.ts';

const RPM = 9000;
const PROCESSES = 4;
const CALLS = 110;
const LOST_AND_BACK = ['store_lost', 'store_back'];

describePrivate(
  'a store that is lost while limiters use it',
  () => RedisServer.private(),
  (server) => {
    const cleanUp: (() => unknown)[] = [];
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown) => unhandled.push(error);
    beforeEach(() => void process.on('unhandledRejection', onUnhandled));
    afterEach(async () => {
      for (const clean of cleanUp.splice(0).reverse()) await clean();
      process.off('unhandledRejection', onUnhandled);
      expect(unhandled.splice(0)).toEqual([]);
      await server().flush();
    });

    function open(options: RateLimiterOptions, more: RedisStoreOptions = {}): RateLimiter {
      const store = redisStore(server().url, { leaseMs: 1000, commandTimeoutMs: 500, ...more });
      const limiter = createRateLimiter({ ...options, store });
      cleanUp.push(async () => {
        limiter.close();
        await store.close();
      });
      return limiter;
    }

    /** What happens to the server, and once all limiters have noticed, what ends it. */
    type Trouble = (noticed: () => Promise<void>) => Promise<void>;
    const troubles: readonly [string, string[], Trouble][] = [
      [
        'is killed, and back seconds later',
        LOST_AND_BACK,
        async (noticed) => {
          await server().stop();
          await noticed();
          await sleep(1500);
          await server().start();
        },
      ],
      [
        'is frozen',
        LOST_AND_BACK,
        async (noticed) => {
          server().freeze();
          await noticed();
          server().thaw();
        },
      ],
      ['pauses its clients', LOST_AND_BACK, () => server().clientPause(1500)],
      [
        'forgets everything, its scripts too, and cuts connections',
        [],
        async () => {
          await server().command('FLUSHALL');
          await sleep(200);
          await server().forgetScripts();
          await sleep(200);
          await server().cutConnections();
        },
      ],
    ];

    it.each(troubles)(
      '%s: no call is lost, and next to none is refused',
      async (_, told, trouble) => {
        const upstream = createSimulator({
          limits: { rpm: RPM },
          enforcement: 'slices',
          latency: 40,
        });
        const limits = { limits: { rpm: RPM }, enforcement: 'slices' } as const;
        // On a busy machine the store may be lost before they have seen each other.
        const more = { instances: PROCESSES };
        const limiters = Array.from({ length: PROCESSES }, () => open(limits, more));
        const degraded = limiters.map((limiter) => heard(limiter, 'degraded'));
        const clients = limiters.map((limiter) =>
          withRateLimit(new OpenAI({ apiKey: 'any', fetch: upstream.fetch }), { limiter }),
        );
        const calls = Array.from({ length: CALLS }, () => {
          const messages = [{ role: 'user' as const, content: 'hi' }];
          return clients.map((client) =>
            client.chat.completions.create({ model: 'gpt-4o', messages }),
          );
        }).flat();
        const all = Promise.allSettled(calls);
        await sleep(800);
        await trouble(() => eventually(() => degraded.every(({ length }) => length > 0)));
        const failed = (await all).filter(({ status }) => status === 'rejected');
        expect(failed).toEqual([]);
        await eventually(() =>
          degraded.every(({ length }) => length >= told.length && length % 2 === 0),
        );
        for (const events of degraded) {
          // A machine that is busy may lose it once more; so may who asks as a connection is cut.
          const whats = events.map((event) => Reflect.get(event, 'what'));
          expect(whats).toEqual(
            Array(events.length / 2)
              .fill(LOST_AND_BACK)
              .flat(),
          );
        }
        expect(upstream.stats().admitted).toBe(calls.length);
        expect(upstream.stats().status429).toBeLessThanOrEqual(calls.length / 100);
        expect(limiters.flatMap((each) => each.snapshot()).map(({ queued }) => queued)).toEqual(
          Array(PROCESSES).fill(0),
        );
      },
    );

    it.each([
      ['and has forgotten everything', async () => server().stop(), async () => server().start()],
      ['and remembers', async () => server().freeze(), async () => server().thaw()],
    ])(
      'comes back %s: what each has used meanwhile counts before any has the whole limit',
      async (_, leave, comeBack) => {
        const [max, windowMs] = [10_000, 2000];
        const limits = [{ dimension: 'tokens', max, windowMs }] as const;
        const options = { limits, enforcement: 'window' } as const;
        const group = Array.from({ length: PROCESSES }, () => {
          return open(options, { instances: PROCESSES });
        });
        const degraded = group.map((each) => heard(each, 'degraded'));
        const goneOut: { readonly at: number; readonly tokens: number }[] = [];
        let isOver = false;
        const one = async (limiter: RateLimiter, i: number): Promise<void> => {
          for (let call = i; !isOver; call++) {
            const tokens = 20 + ((37 * call) % 160);
            const granted = await limiter.acquire({ tokens });
            goneOut.push({ at: granted.admission.call.at, tokens });
            await sleep(50);
            granted.settle({ tokens });
          }
        };
        const calls = group.flatMap((each) =>
          Array.from({ length: 15 }, (_, i) => one(each, 41 * i)),
        );
        const times = (count: number) =>
          eventually(() => degraded.every((events) => events.length >= count));
        await sleep(1000);
        await leave();
        await times(1);
        // So long that they find it back at different times.
        await sleep(4000);
        await comeBack();
        await times(2);
        await sleep(1.5 * windowMs);
        isOver = true;
        await Promise.all(calls);
        const inWindow = goneOut.map(({ at }) => {
          // Times of the store's clock, and while it is lost of the system's.
          const within = goneOut.filter((each) => each.at <= at && each.at > at - windowMs + 50);
          return within.reduce((sum, { tokens }) => sum + tokens, 0);
        });
        // By when each was decided: a busy machine may hear of some calls much later.
        expect(Math.max(...inWindow)).toBeLessThanOrEqual(max);
      },
    );

    /** Stops the server, and lets limiters find out. */
    const stopFor = async (...limiters: RateLimiter[]): Promise<void> => {
      const degraded = limiters.map((limiter) => heard(limiter, 'degraded'));
      await server().stop();
      for (const limiter of limiters) {
        limiter.acquire({}, { model: 'another' }).then(
          (granted) => granted.cancel(),
          () => {},
        );
      }
      await eventually(() => degraded.every((events) => events.length > 0));
    };

    it('shares a limit out among those that were there (local)', async () => {
      const limits = { rpm: 600, concurrency: 9 };
      const options = { limits, enforcement: 'bucket', headroom: 0, burstSeconds: 6 } as const;
      const group = [1, 2, 3].map(() => open(options));
      // Who came first is told of the others, though it asks for nothing any more.
      for (const each of group) (await each.acquire({})).settle();
      await sleep(100);
      await stopFor(...group);
      const started = group.map(() => 0);
      group.forEach((each, i) => {
        for (let call = 0; call < 60; call++) {
          each.acquire({}).then(
            (granted) => {
              started[i]!++;
              granted.settle();
            },
            () => {},
          );
        }
      });
      await sleep(200);
      await server().start();
      const sum = started.reduce((all, each) => all + each, 0);
      expect(sum).toBeGreaterThan(40);
      expect(sum).toBeLessThanOrEqual(60 + 0.6 * 10 * 3);
    });

    it('goes on without limit by others (open), or not at all (closed)', async () => {
      const limits = { limits: { rpm: 60 }, enforcement: 'bucket', burstSeconds: 1 } as const;
      const free = open(limits, { onStoreLost: 'open' });
      const shut = open(limits, { onStoreLost: 'closed', prefix: 'shut' });
      (await free.acquire({})).settle();
      (await shut.acquire({})).settle();
      const waiting = Promise.allSettled([shut.acquire({}), shut.acquire({})]);
      await sleep(50);
      await stopFor(free, shut);
      const closed = { name: 'StoreUnavailable', code: 'store_unavailable' };
      for (const result of await waiting) {
        expect(result).toMatchObject({ status: 'rejected', reason: closed });
        expect(result).toHaveProperty('reason.cause', expect.any(Error));
      }
      await expect(shut.acquire({})).rejects.toMatchObject(closed);
      (await free.acquire({}, { model: 'new' })).settle();
      await server().start();
      const back = eventually(async () => {
        return shut.acquire({}, { model: 'back' }).then(
          (granted) => granted.settle() === undefined,
          () => false,
        );
      });
      await back;
    });

    it.each([
      ['has closed nothing', ''],
      ['has closed everything', 'limiter.close(); await store.close();'],
      [
        'waits for nothing, though a call is in flight',
        'await limiter.acquire({}, { model: "x" });',
      ],
      [
        'has had calls wait without the store',
        'await store.close(); for (const each of await Promise.all(calls(4))) each.settle();',
      ],
    ])('lets a process end that %s', async (_, last) => {
      expect(await output(server().url, last)).toEqual(['granted', 'end']);
    });
  },
);

/** What a process prints that makes one call and has nothing else to do, up to its end. */
async function output(url: string, last: string): Promise<string[]> {
  const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url));
  const program = `
    import { createRateLimiter } from ${source('limiter.ts')};
    import { redisStore } from ${source('redis/index.ts')};
    process.on('exit', (code) => console.log(code === 0 ? 'end' : code));
    const store = redisStore('${url}');
    const limiter = createRateLimiter({
      store, limits: [{ dimension: 'requests', max: 2, windowMs: 500 }]
    });
    const calls = (count) => Array.from({ length: count }, () => limiter.acquire({}));
    const reservation = await limiter.acquire({});
    console.log('granted');
    reservation.settle();
    ${last}
  `;
  const args = ['--input-type=module', '--no-warnings', '--eval', program];
  const cwd = new URL('../..', import.meta.url);
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const printed: string[] = [];
  for await (const chunk of child.stdout) printed.push(String(chunk));
  return printed.join('').trim().split('\n');
}
