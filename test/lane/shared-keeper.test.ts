import { beforeEach, describe, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import type { Store } from '../../src/shared/store.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

const LIMITS = { limits: { rpm: 6000 }, enforcement: 'bucket', headroom: 0 } as const;

describe('a lane that processes share', () => {
  let clock: VirtualClock;
  let memory: MemoryStore;
  /** How long values are to be kept, by name. */
  let kept: Record<string, number | undefined>;
  /** Until when a process hears nothing, by its name: it stalls. */
  let stalledUntil: Record<string, number>;

  beforeEach(() => {
    clock = createVirtualClock({ start: 1_700_000_000_000 });
    memory = new MemoryStore(clock);
    kept = {};
    stalledUntil = {};
  });

  const storeOf = (member: string): Store => {
    const cells = memory.cellsOf(member);
    return {
      member,
      close: () => cells.close(),
      open: (...which) => {
        const [name, , keepMs] = which;
        kept[name] = keepMs;
        const cell = cells.open(...which);
        const stall = (): Promise<void> => {
          const waitMs = (stalledUntil[member] ?? 0) - clock.now();
          return new Promise((go) => (waitMs > 0 ? void clock.setTimeout(go, waitMs) : go()));
        };
        const stalled = async <T>(reply: Promise<T>): Promise<T> => {
          const answer = await reply;
          await stall();
          return answer;
        };
        return {
          read: () => stalled(cell.read()),
          write: (write) => stalled(cell.write(write)),
          ask: (note, until) => stalled(cell.ask!(note, until)),
          listen: (hear) => cell.listen!((text) => void stall().then(() => hear(text))),
        };
      },
    };
  };
  const open = (member: string, more: RateLimiterOptions = {}): RateLimiter => {
    const store = storeOf(member);
    return createRateLimiter({ ...LIMITS, burstSeconds: 1, clock, store, ...more });
  };
  const take = async (limiter: RateLimiter): Promise<void> => {
    (await clock.run(limiter.acquire({}))).settle();
    await clock.advance(10);
  };

  it('is kept for twice as long as its longest window', async () => {
    const month = 30 * 86_400_000;
    const limits = [
      { dimension: 'requests', max: 100, windowMs: 60_000 },
      { dimension: 'tokens', max: 1e6, windowMs: month },
    ] as const;
    await take(open('a', { limits }));
    expect(kept['lane/limiter/default']).toBe(2 * month);
  });

  it.each([1, 16, 40])(
    'asks anew for %i calls whose grants have all come too late, and are void',
    async (count) => {
      const [one, other] = [open('writer'), open('late')];
      await take(other);
      await take(one);
      stalledUntil.late = clock.now() + 400;
      const went: number[] = [];
      const calls = Array.from({ length: count }, async (_, i) => {
        (await other.acquire({})).settle();
        went.push(i);
      });
      await clock.advance(399);
      expect(went).toEqual([]);
      await clock.advance(3000);
      expect(went).toHaveLength(count);
      await Promise.all(calls);
    },
  );
});
