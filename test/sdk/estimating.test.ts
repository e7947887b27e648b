import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { json, NOTHING, scripted, underWay } from './bench.ts';
import { sdks } from './sdks.ts';

describe.each(sdks)('$name: calls that are being estimated', (sdk) => {
  function setup() {
    const clock = createVirtualClock();
    const options = { enforcement: 'bucket', burstSeconds: 1, headroom: 0 } as const;
    const limiter = createRateLimiter({ clock, limits: { rpm: 60 }, ...options });
    const { fetch, seen } = scripted(clock, json(sdk.answer));
    const estimates: (() => void)[] = [];
    const estimate = () =>
      new Promise<object>((resolve) => void estimates.push(() => resolve({ inputTokens: 9 })));
    const client = withRateLimit(sdk.make({ fetch }), { limiter, estimate });
    const go = () => {
      for (const each of estimates.splice(0)) each();
    };
    return { clock, limiter, client, seen, go };
  }

  it('are counted as waiting, and nobody knows how long all will take', async () => {
    const { clock, limiter, client, seen, go } = setup();
    const calls = [1, 2, 3].map(() => sdk.ask(client));
    await clock.advance(0);
    const [lane] = limiter.snapshot();
    expect(lane).toMatchObject({ queued: 3, estimating: 3, inFlight: 0, etaMs: undefined });
    go();
    await clock.advance(0);
    expect(seen).toHaveLength(1);
    expect(limiter.snapshot()).toMatchObject([{ queued: 2, estimating: 0, etaMs: 2000 }]);
    await clock.run(Promise.all(calls));
    expect(limiter.snapshot()).toMatchObject([{ queued: 0, estimating: 0, etaMs: 0 }]);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('are waited for by drain()', async () => {
    const { clock, limiter, client, seen, go } = setup();
    const call = sdk.ask(client);
    await clock.advance(0);
    let isDrained = false;
    const drained = limiter.drain().then(() => {
      isDrained = true;
    });
    await clock.advance(5000);
    expect(isDrained).toBe(false);
    go();
    await clock.run(Promise.all([call, drained]));
    expect(seen).toHaveLength(1);
  });

  it('are counted no more when they are aborted', async () => {
    const { clock, limiter, client } = setup();
    const controller = new AbortController();
    const call = sdk.ask(client, { signal: controller.signal }).then(
      () => 'done',
      () => 'aborted',
    );
    await clock.advance(0);
    controller.abort();
    expect(await clock.run(call)).toBe('aborted');
    expect(limiter.snapshot()).toMatchObject([{ queued: 0, estimating: 0 }]);
    await clock.run(limiter.drain());
  });
});

it('a lane whose first call has shown nothing yet: when the rest goes is unknown, not 0', async () => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, concurrency: 1 });
  const held = await limiter.acquire({});
  const next = limiter.acquire({});
  expect(limiter.snapshot()).toMatchObject([{ queued: 1, etaMs: undefined }]);
  held.settle();
  (await next).settle();
});
