import { describe, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { Cost } from '../../src/model/limits.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { createRandom, createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

const ENFORCEMENTS = ['bucket', 'window', 'slices'] as const;
const LIMITS = [{ rpm: 20, tpm: 1000 }, { tpm: 1000 }] as const;
const random = createRandom(1);
const SKEWED = Array.from({ length: 600 }, () => Math.floor(20 + 480 * random() ** 4));

/** What the calls of a line cost. */
const COSTS: Readonly<Record<string, (index: number) => Cost>> = {
  equal: () => ({ tokens: 60 }),
  unequal: (index) => ({ tokens: 20 + ((index * 53) % 90) }),
  'some far larger': (index) => ({ tokens: index % 7 === 3 ? 400 : 20 + ((index * 31) % 60) }),
  skewed: (index) => ({ tokens: SKEWED[index] ?? 20 }),
};

const LINES = ENFORCEMENTS.flatMap((enforcement) =>
  LIMITS.flatMap((limits) =>
    Object.entries(COSTS).map(([calls, costOf]) => {
      const names = Object.keys(limits).join(' and ');
      return { enforcement, limits, calls, costOf, names };
    }),
  ),
);

function setup(options: RateLimiterOptions): { clock: VirtualClock; limiter: RateLimiter } {
  const clock = createVirtualClock({ start: 1000 });
  return { clock, limiter: createRateLimiter({ clock, headroom: 0, ...options }) };
}

/** A call of a line, with what it was told. */
interface Told {
  readonly toldMs: number;
  readonly waitedMs: number;
}

/** So many calls join at once: what those that have to wait are told, and how long they wait. */
async function waits(options: RateLimiterOptions, costs: readonly Cost[]): Promise<Told[]> {
  const { clock, limiter } = setup(options);
  const toldMs = new Map<string, number>();
  limiter.on('throttled', ({ callId, waitMs }) => toldMs.set(callId, waitMs));
  const found: Told[] = [];
  const went = costs.map(async (cost) => {
    const reservation = await limiter.acquire(cost);
    const waitedMs = clock.now() - 1000;
    const told = toldMs.get(reservation.callId);
    if (told !== undefined || waitedMs > 0) found.push({ toldMs: told ?? Number.NaN, waitedMs });
    reservation.settle(cost);
  });
  await clock.run(Promise.all(went));
  return found;
}

function errorsOf(told: readonly Told[]): number[] {
  return told
    .map(({ toldMs, waitedMs }) => Math.abs(toldMs - waitedMs) / Math.max(waitedMs, 1))
    .sort((one, other) => one - other);
}

function expectNear(told: readonly Told[]): void {
  const errors = errorsOf(told);
  expect(errors.every((each) => !Number.isNaN(each))).toBe(true);
  expect(errors[Math.floor(0.5 * errors.length)]).toBeLessThanOrEqual(0.02);
  expect(errors[Math.floor(0.9 * errors.length)]).toBeLessThanOrEqual(0.1);
}

describe.each(LINES)('against $names in a $enforcement, calls that cost $calls', (line) => {
  const { enforcement, limits, costOf } = line;

  it('are told how long they wait, small ones that pass large ones too', async () => {
    const costs = Array.from({ length: 70 }, (_, index) => costOf(index));
    const told = await waits({ limits, enforcement }, costs);
    expect(told.length).toBeGreaterThan(20);
    expectNear(told);
  });

  it.each([2, 22, 60, 200])(
    'before one of %i: `maxWaitMs` lets it in where it goes in time, and else rejects it at once',
    async (tokens) => {
      const joined = (maxWaitMs: number): Promise<{ isIn: boolean; afterMs: number }> => {
        const { clock, limiter } = setup({ limits, enforcement });
        for (let index = 0; index < 45; index++) {
          const cost = costOf(index);
          void limiter.acquire(cost).then((reservation) => reservation.settle(cost));
        }
        const call = limiter.acquire({ tokens }, { maxWaitMs }).then(
          () => ({ isIn: true, afterMs: clock.now() - 1000 }),
          () => ({ isIn: false, afterMs: clock.now() - 1000 }),
        );
        return clock.run(call);
      };
      const { afterMs } = await joined(Number.POSITIVE_INFINITY);
      if (afterMs === 0) return;
      expect(await joined(Math.ceil(1.1 * afterMs))).toEqual({ isIn: true, afterMs });
      expect(await joined(Math.floor(0.9 * afterMs))).toEqual({ isIn: false, afterMs: 0 });
    },
  );
});

describe('the wait that is told', () => {
  it.each(ENFORCEMENTS)(
    'errs by 2 % in the middle and 10 % at the ninth tenth at most, for hundreds that come at once (%s)',
    async (enforcement) => {
      for (const costOf of Object.values(COSTS)) {
        const costs = Array.from({ length: 400 }, (_, index) => costOf(index));
        expectNear(await waits({ limits: LIMITS[0], enforcement }, costs));
      }
    },
  );

  it.each(ENFORCEMENTS)(
    'errs no more for those behind a thousand unequal ones, and for those that come later (%s)',
    async (enforcement) => {
      const random = createRandom(3);
      const unequal = (): Cost => ({ tokens: Math.round(30 * 8 ** (random() + random())) });
      const { clock, limiter } = setup({ limits: { rpm: 60_000, tpm: 120_000 }, enforcement });
      const toldMs = new Map<string, number>();
      limiter.on('throttled', ({ callId, waitMs }) => toldMs.set(callId, waitMs));
      const found: Told[] = [];
      const went = Array.from({ length: 1400 }, async (_, index) => {
        const afterMs = Math.max(0, index - 1000) * 100;
        if (afterMs > 0) await new Promise<void>((done) => clock.setTimeout(done, afterMs));
        const since = clock.now();
        const cost = unequal();
        const reservation = await limiter.acquire(cost);
        const waitedMs = clock.now() - since;
        if (waitedMs > 0) {
          found.push({ toldMs: toldMs.get(reservation.callId) ?? Number.NaN, waitedMs });
        }
        reservation.settle(cost);
      });
      await clock.run(Promise.all(went));
      expectNear(found);
    },
  );

  it.each(ENFORCEMENTS.flatMap((each) => [5, 50].map((keys) => [each, keys] as const)))(
    'errs no more for calls of several keys, however many each has (%s, %i keys)',
    async (enforcement, keys) => {
      const random = createRandom(3);
      const { clock, limiter } = setup({ limits: { rpm: 60_000, tpm: 120_000 }, enforcement });
      const toldMs = new Map<string, number>();
      limiter.on('throttled', ({ callId, waitMs }) => toldMs.set(callId, waitMs));
      const found: Told[] = [];
      const went = Array.from({ length: 1500 }, async () => {
        const cost = { tokens: Math.round(30 * 8 ** (random() + random())) };
        const key = `key ${Math.floor(keys * random() ** 2)}`;
        const reservation = await limiter.acquire(cost, { key });
        const { callId, waitedMs } = reservation;
        const told = toldMs.get(callId);
        if (told !== undefined || waitedMs > 0)
          found.push({ toldMs: told ?? Number.NaN, waitedMs });
        reservation.settle();
      });
      await clock.run(Promise.all(went));
      expectNear(found);
    },
  );

  it.each(ENFORCEMENTS)(
    'is too long for hardly anybody, where calls come one by one (%s)',
    async (enforcement) => {
      const { clock, limiter } = setup({ limits: LIMITS[0], enforcement });
      const toldMs = new Map<string, number>();
      limiter.on('throttled', ({ callId, waitMs }) => toldMs.set(callId, waitMs));
      const tooLong: number[] = [];
      const went = Array.from({ length: 60 }, async (_, index) => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 2000 * index));
        const cost = COSTS.unequal?.(index) ?? {};
        const since = clock.now();
        const reservation = await limiter.acquire(cost);
        const waitedMs = clock.now() - since;
        if ((toldMs.get(reservation.callId) ?? 0) > 1.1 * waitedMs + 1) tooLong.push(waitedMs);
        reservation.settle(cost);
      });
      await clock.run(Promise.all(went));
      expect(tooLong.length).toBeLessThanOrEqual(5);
    },
  );

  it.each(ENFORCEMENTS)('is exact behind hundreds that cost the same (%s)', async (enforcement) => {
    const costs = Array.from({ length: 400 }, () => ({ tokens: 60 }));
    const told = await waits({ limits: LIMITS[0], enforcement }, costs);
    expect(told.length).toBeGreaterThan(200);
    expect(told.filter(({ toldMs, waitedMs }) => toldMs !== waitedMs)).toEqual([]);
  });

  it('is that of the whole line, where calls have priorities', async () => {
    const { clock, limiter } = setup({ limits: LIMITS[0], enforcement: 'bucket' });
    const told: number[] = [];
    limiter.on('throttled', ({ waitMs }) => told.push(waitMs));
    const waited: number[] = [];
    const went = Array.from({ length: 30 }, async (_, index) => {
      const reservation = await limiter.acquire({ tokens: 60 }, { priority: index % 2 });
      if (clock.now() > 1000) waited.push(clock.now() - 1000);
      reservation.settle();
    });
    await clock.run(Promise.all(went));
    expect([...told].sort((one, other) => one - other)).toEqual(waited);
  });
});

describe('a call that has to wait', () => {
  it('is told so once, before it is rejected', () => {
    const { limiter } = setup({ limits: { rpm: 60 }, enforcement: 'bucket', burstSeconds: 1 });
    const events: string[] = [];
    limiter.on('throttled', ({ waitMs }) => events.push(`throttled ${waitMs}`));
    limiter.on('rejected', () => events.push('rejected'));
    void limiter.acquire({});
    limiter.acquire({}).catch(() => {});
    limiter.acquire({}).catch(() => {});
    limiter.close();
    expect(events).toEqual(['throttled 1000', 'throttled 2000', 'rejected', 'rejected']);
  });

  it('is not told so, if it goes in the turn in which it came', async () => {
    const { clock, limiter } = setup({
      limits: { rpm: 60 },
      enforcement: 'bucket',
      burstSeconds: 1,
    });
    const waits: number[] = [];
    limiter.on('throttled', ({ waitMs }) => waits.push(waitMs));
    void limiter.acquire({});
    const second = limiter.acquire({});
    limiter.configure({ limits: { rpm: 60_000 } });
    await clock.run(second);
    expect(waits).toEqual([]);
  });
});

/** Calls join one by one a line that stays as long as that. */
async function joiningOneByOne(depth: number, seed: number): Promise<number[]> {
  const { clock, limiter } = setup({ limits: { rpm: 600, tpm: 60_000 }, enforcement: 'slices' });
  const random = createRandom(seed);
  const toldMs = new Map<string, number>();
  limiter.on('throttled', ({ callId, waitMs }) => toldMs.set(callId, waitMs));
  const found: Told[] = [];
  let waiting = 0;
  const join = async (): Promise<void> => {
    const from = clock.now();
    waiting++;
    const reservation = await limiter.acquire({ tokens: Math.round(20 * 15 ** random()) });
    waiting--;
    found.push({ toldMs: toldMs.get(reservation.callId) ?? 0, waitedMs: clock.now() - from });
    reservation.settle();
  };
  const calls = Array.from({ length: depth }, join);
  for (let turn = 0; turn < 200; turn++) {
    await clock.advance(50 + 100 * random());
    while (waiting < depth) {
      calls.push(join());
      await clock.advance(3);
    }
  }
  await clock.run(Promise.all(calls));
  // The first have joined at once.
  return errorsOf(found.slice(depth + 50));
}

it.each([80, 100, 130])(
  'nine of ten calls that join a line of %d one by one where seconds are counted are told it within 7 %%',
  async (depth) => {
    const errors = await joiningOneByOne(depth, 2);
    expect(errors[errors.length >> 1]).toBeLessThanOrEqual(0.02);
    expect(errors[Math.floor(0.9 * errors.length)]).toBeLessThanOrEqual(0.07);
  },
);
