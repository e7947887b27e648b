import { describe, expect, it } from 'vitest';
import { CallTooLarge } from '../../src/errors.ts';
import type { Lane } from '../../src/lane/lane.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import type { Preset } from '../../src/providers/preset.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

const MINUTE = 60_000;
const SHAPE = { enforcement: 'bucket', burstSeconds: 60 } as const;

function guess(tpm: number): Preset {
  const limits = [{ dimension: 'tokens', max: tpm, windowMs: MINUTE } as const];
  const common = {
    family: 'm',
    context: 'standard',
    tier: 't',
    asOf: '2026',
    isGuess: true,
  } as const;
  return { ...common, limits, concurrency: Number.POSITIVE_INFINITY };
}

function setup(options: RateLimiterOptions, preset?: Preset): { clock: VirtualClock; lane: Lane } {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, headroom: 0, ...options });
  return {
    clock,
    lane: limiter.core.lane({ host: 'h', model: 'm', shape: () => SHAPE, preset, learns: true }),
  };
}

const tokens = (amount: number) => ({ cost: { requests: 1, tokens: amount } });
const shown = (limit: number, remaining: number) => [
  { dimension: 'tokens', limit, remaining, windowMs: MINUTE } as const,
];

describe('when the limits change while calls wait', () => {
  it('a call that no longer fits is rejected, and holds nobody up', async () => {
    const { clock, lane } = setup({}, guess(200_000));
    const probe = await lane.acquire(tokens(10));
    const second = lane.acquire(tokens(10));
    const large = lane.acquire(tokens(60_000)).catch((error: unknown) => error);
    const small = lane.acquire(tokens(100));
    lane.feedback.observe(probe, shown(40_000, 0));
    // One response alone may be wrong.
    expect(lane.view.snapshot()).toMatchObject({ queued: 3, limits: [{ max: 40_000 }] });
    lane.feedback.observe(await clock.run(second), shown(40_000, 40_000));
    expect(await clock.run(large)).toBeInstanceOf(CallTooLarge);
    expect((await clock.run(small)).granted).toBe(true);
    expect(lane.view.snapshot()).toMatchObject({ queued: 0, inFlight: 3 });
  });

  it('a call costs what it costs, not what a guess had cut it to', async () => {
    const { clock, lane } = setup({}, guess(30_000));
    const probe = await lane.acquire(tokens(10));
    void lane.acquire(tokens(10));
    const large = lane.acquire(tokens(60_000));
    lane.feedback.observe(probe, shown(600_000, 600_000));
    expect((await clock.run(large)).cost.tokens).toBe(60_000);
  });

  it('a refusal for the minute leaves the day’s quota as it is', async () => {
    const { clock, lane } = setup({ limits: { rpm: 600, rpd: 10_000 } });
    const refused = await lane.acquire({ cost: { requests: 1 } });
    lane.feedback.refuse(refused, 'rate', 1000);
    refused.settle();
    const calls = Array.from({ length: 100 }, async () =>
      (await lane.acquire({ cost: { requests: 1 } })).settle(),
    );
    await clock.run(Promise.all(calls));
    // Ten a second from an empty bucket, after a second's pause and a probe.
    expect(clock.now()).toBeLessThan(12_000);
  });

  it('limits that flap are told of now and then only, and the last ones in the end', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock });
    const told: { at: number; max: number | undefined }[] = [];
    limiter.on('limits', ({ limits }) => told.push({ at: clock.now(), max: limits[0]?.max }));
    const lane = limiter.core.lane({ host: 'h', model: 'm', shape: () => SHAPE, learns: true });
    const show = async (limit: number): Promise<void> => {
      const call = await lane.acquire({ cost: { requests: 1 } });
      lane.feedback.observe(call, shown(limit, 500));
    };
    for (let flap = 1; flap <= 1200; flap++) {
      clock.setTimeout(() => void show(flap % 2 ? 800 : 900), 500 * flap);
    }
    clock.setTimeout(() => void show(900), 620_000);
    await clock.advance(620_000);
    // Ten minutes: five at once, and one in ten seconds.
    expect(told.length).toBeLessThanOrEqual(5 + 62);
    expect(told.length).toBeGreaterThan(30);
    expect(told.at(-1)?.max).toBe(900);
  });

  it('a single response that went astray turns nobody away', async () => {
    const { clock, lane } = setup({}, guess(200_000));
    const calls = [await lane.acquire(tokens(10))];
    const show = (...observed: Parameters<Lane['feedback']['observe']>[1][]): void => {
      for (const each of observed) lane.feedback.observe(calls.shift()!, each);
    };
    show(shown(200_000, 200_000));
    for (let i = 0; i < 5; i++) calls.push(await lane.acquire(tokens(10)));
    show(shown(200_000, 0));
    const waiting = lane.acquire(tokens(60_000)).catch((error: unknown) => error);
    const daily = [{ ...shown(200_000, 0)[0]!, windowMs: 24 * 60 * MINUTE }];
    show(shown(500, 0), daily, shown(200_000, 0));
    const max = (): unknown => lane.view.snapshot().limits.map((limit) => limit.max);
    expect(max()).toEqual([200_000]);
    expect(lane.view.snapshot().queued).toBe(1);
    // Another one says so after all: then it is true.
    calls.push(await lane.acquire({ cost: { requests: 1 } }));
    show(shown(500, 0), shown(500, 0));
    expect(max()).toEqual([500]);
    expect(await clock.run(waiting)).toBeInstanceOf(CallTooLarge);
  });

  it('a given limit that headers lower is told of once', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, limits: { tpm: 1000 } });
    const lowered: number[] = [];
    limiter.on('limits', (event) => lowered.push(event.lowered.length));
    const lane = limiter.core.lane({ host: 'h', model: 'm', shape: () => SHAPE, learns: true });
    for (const limit of [800, 1500, 800]) {
      lane.feedback.observe(await lane.acquire(tokens(10)), shown(limit, limit));
    }
    expect(lowered).toEqual([0, 1, 0, 0]);
  });
});
