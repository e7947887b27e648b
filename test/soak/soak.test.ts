import { describe, expect, it } from 'vitest';
import { soak } from './soak.ts';

/** `SOAK_CALLS` makes it a longer one. */
const CALLS = Number(process.env.SOAK_CALLS ?? 1000);
const TIME_LIMIT_MS = 60_000 + 10 * CALLS;

describe(`${CALLS} calls of 40 users, with faults and lies`, () => {
  it(
    'leaves nothing behind, balances the books, and tells no secret',
    async () => {
      const run = await soak({ calls: CALLS, seed: 7 });
      expect(run.ok + run.failed + run.aborted).toBe(CALLS);
      expect(run.ok).toBeGreaterThan(0.85 * CALLS);
      expect(run.counted).toBe(run.sent);
      expect(run).toMatchObject({ inFlight: 0, queued: 0, timers: 0, listeners: 0, leaks: [] });
      expect(run.back).toBe(1);
      expect(run.reservedUsd).toBe(0);
      // The first tenth loads vocabularies; what is under way just then differs.
      const early = meanOf(run.heap.slice(1, 4));
      if (CALLS >= 20_000) expect(meanOf(run.heap.slice(-3))).toBeLessThan(1.3 * early);
    },
    TIME_LIMIT_MS,
  );
});

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
