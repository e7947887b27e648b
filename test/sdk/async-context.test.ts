import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { json, refused } from './bench.ts';
import { CHAT, type Fetch, openai7, sdks } from './sdks.ts';

const storage = new AsyncLocalStorage<string>();
const NAMES = ['ann', 'bob', 'eve', 'kim'];
/** One call at a time, and the first is refused once: each of the others waits for a call of another's. */
const SLOW = { concurrency: 1 } as const;

/** Notes in whose context each request is sent; a call names its caller in a header. */
function noting(answer: object): { fetch: Fetch; seen: (readonly [string | null, unknown])[] } {
  const seen: (readonly [string | null, unknown])[] = [];
  const fetch: Fetch = async (input, init) => {
    const name = new Request(input, init).headers.get('x-name');
    seen.push([name, storage.getStore()]);
    return seen.length === 1 ? refused({ 'retry-after': '7' })() : json(answer)();
  };
  return { fetch, seen };
}

const OF_EACH = NAMES.map((name) => [name, name]);

describe("the caller's async context", () => {
  it.each(sdks)('holds in the fetch of $name, after waiting and after a 429', async (sdk) => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, ...SLOW });
    const { fetch, seen } = noting(sdk.answer);
    const estimated: unknown[] = [];
    const estimate = (): undefined => void estimated.push(storage.getStore());
    const client = withRateLimit(sdk.make({ fetch }), { limiter, estimate });
    const calls = NAMES.map((name) =>
      storage.run(name, async () => {
        await sdk.ask(client, { headers: { 'x-name': name } });
        return storage.getStore();
      }),
    );
    expect(await clock.run(Promise.all(calls))).toEqual(NAMES);
    expect(seen).toHaveLength(NAMES.length + 1);
    expect(seen[0]).toEqual(['ann', 'ann']);
    expect(seen.slice(1).toSorted()).toEqual(OF_EACH);
    expect([...new Set(estimated)].toSorted()).toEqual(NAMES);
  });

  it('holds in a limited fetch, after waiting and after a 429', async () => {
    const clock = createVirtualClock();
    const { fetch, seen } = noting(openai7.answer);
    const limited = rateLimitedFetch({ limiter: createRateLimiter({ clock, ...SLOW }), fetch });
    const calls = NAMES.map((name) =>
      storage.run(name, () =>
        limited('https://api.openai.com/v1/chat/completions', {
          method: 'POST',
          headers: { 'x-name': name, 'content-type': 'application/json' },
          body: JSON.stringify(CHAT),
        }).then((response) => response.text()),
      ),
    );
    await clock.run(Promise.all(calls));
    expect(seen[0]).toEqual(['ann', 'ann']);
    expect(seen.slice(1).toSorted()).toEqual(OF_EACH);
  });

  it('holds in what `run` calls', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, ...SLOW });
    const seen = NAMES.map((name) =>
      storage.run(name, () => limiter.run({}, async () => storage.getStore())),
    );
    expect(await clock.run(Promise.all(seen))).toEqual(NAMES);
  });
});
