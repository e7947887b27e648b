import { afterEach, expect, it } from 'vitest';
import { type Kept, mostWithin, type Report, Senders } from './senders.ts';
import { StrictUpstream } from './upstream.ts';

/** A fifth of it is headroom. */
const LIMIT = { max: 100, windowMs: 3000 };
const PROMISED = 80;
const PROCESSES = 6;
const CALLS = 35;
/** On a machine with much else to do. */
const TIMEOUT_MS = 300_000;

/** Six processes start at the same moment, and have 210 calls at once for one limit. */
export function startedAtOnce(kept: () => Promise<Kept>): void {
  const cleanUp: (() => void)[] = [];
  afterEach(() => {
    for (const clean of cleanUp.splice(0)) clean();
  });

  const title = 'send no more than is promised in any window, from their first call on';
  it(title, { timeout: TIMEOUT_MS }, async () => {
    const upstream = new StrictUpstream(LIMIT);
    await upstream.listen();
    const senders = new Senders(PROCESSES);
    cleanUp.push(
      () => upstream.close(),
      () => senders.dispose(),
    );
    const reports: readonly Report[] = await senders.run({
      ...{ id: 'once', store: await kept(), calls: CALLS, upstream: upstream.urlOf('once') },
      limits: [{ dimension: 'requests', ...LIMIT }],
    });
    expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
    expect(upstream.statsOf('once')).toEqual({ answered: PROCESSES * CALLS, refused: 0 });
    expect(mostWithin(LIMIT.windowMs, reports)).toBeLessThanOrEqual(PROMISED);
    // A limit that nobody used up would not have been tried.
    expect(mostWithin(LIMIT.windowMs, reports)).toBeGreaterThan(PROMISED / 2);
  });
}
