import { describe, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../src/limiter.ts';
import type { RateLimiterOptions } from '../src/options.ts';
import { MemoryStore } from '../src/shared/memory-cell.ts';
import { createVirtualClock, type VirtualClock } from '../src/testing/index.ts';
import { withRateLimit } from '../src/with-rate-limit.ts';
import { refused, scripted } from './sdk/bench.ts';
import { sdks } from './sdk/sdks.ts';
import { collectGarbage } from './support/garbage.ts';

const CALLS = 20;

interface Bench {
  readonly clock: VirtualClock;
  readonly limiter: RateLimiter;
  readonly watched: WeakRef<object>[];
}

interface Ask {
  readonly abortAfterMs?: number;
  readonly maxWaitMs?: number;
}

/** What a caller has of a call: as long as it is held, so is what its code holds. */
function ask({ limiter, watched, clock }: Bench, { abortAfterMs, maxWaitMs }: Ask = {}) {
  const signal = signalOf({ clock, watched }, abortAfterMs);
  const call = { signal, ...TENANT, ...(maxWaitMs !== undefined && { maxWaitMs }) };
  const send = (): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, 500));
  return limiter.run({ tokens: 1 }, send, call).catch(() => {});
}

function signalOf({ clock, watched }: Pick<Bench, 'clock' | 'watched'>, abortAfterMs?: number) {
  const controller = new AbortController();
  watched.push(new WeakRef(controller.signal));
  if (abortAfterMs !== undefined) clock.setTimeout(() => controller.abort(), abortAfterMs);
  return controller.signal;
}

/** How many of the calls are still held, when all is over and the limiter goes on. */
async function leftOf({ clock, watched }: Bench, calls: () => Promise<unknown>[]): Promise<number> {
  watched.length = 0;
  await clock.run(Promise.all(calls()).then(() => {}));
  const left = (): number => watched.filter((each) => each.deref() !== undefined).length;
  for (let turn = 0; turn < 20 && left() > 0; turn++) {
    await new Promise<void>((resolve) => setTimeout(resolve));
    collectGarbage();
  }
  return left();
}

const TENANT = { key: 'ann', tier: 'free' };

const WAYS: Readonly<Record<string, (rpm: number, clock: VirtualClock) => RateLimiterOptions>> = {
  'of a lane': (rpm) => ({ limits: limitsOf(rpm) }),
  'of its caller': (rpm) => ({ tiers: { free: { rpm } } }),
  'with a store': (rpm, clock) => ({
    limits: limitsOf(rpm),
    store: new MemoryStore(clock).cellsOf('one'),
  }),
};

function limitsOf(max: number): RateLimiterOptions['limits'] {
  return [{ dimension: 'requests', max, windowMs: 60_000 }];
}

function benchOf(of: (clock: VirtualClock) => RateLimiterOptions): Bench {
  const clock = createVirtualClock();
  const tiers = { free: {} };
  const options = { clock, headroom: 0, enforcement: 'bucket', tiers, ...of(clock) } as const;
  return { clock, limiter: createRateLimiter(options), watched: [] };
}

const many = <T>(one: () => T): T[] => Array.from({ length: CALLS }, one);

describe.each(Object.entries(WAYS))('a limiter holds nothing of a call %s', (_, optionsOf) => {
  it.each<[string, number, Ask]>([
    ['that has ended', 6000, {}],
    ['that was given up while it waited', 1, { abortAfterMs: 1000 }],
    ['that was given up on its way', 6000, { abortAfterMs: 100 }],
    ['that would have waited too long', 1, { maxWaitMs: 10 }],
    ['that has waited too long', 60, { maxWaitMs: 5000 }],
  ])('%s', async (_, rpm, call) => {
    const bench = benchOf((clock) => optionsOf(rpm, clock));
    // One call takes what there is.
    if (rpm === 1) await bench.clock.run(ask(bench));
    expect(await leftOf(bench, () => many(() => ask(bench, call)))).toBe(0);
    bench.limiter.close();
  });
});

describe.each(sdks)('a limiter holds nothing of a call of $name', (sdk) => {
  it('that was given up while it rested after a refusal', async () => {
    const bench = benchOf(() => ({ limits: { rpm: 6000 } }));
    const answers = many(() => refused({ 'retry-after': '30' }));
    const { fetch } = scripted(bench.clock, ...answers);
    const client = withRateLimit(sdk.make({ fetch }), { limiter: bench.limiter });
    const call = () => sdk.ask(client, { signal: signalOf(bench, 5000) }).catch(() => {});
    expect(await leftOf(bench, () => many(call))).toBe(0);
    bench.limiter.close();
  });
});
