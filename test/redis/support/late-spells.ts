import { setTimeout as sleep } from 'node:timers/promises';

/** A stretch of time in which something came late, in milliseconds since the epoch. */
export interface LateSpell {
  readonly from: number;
  readonly until: number;
}

const EVERY_MS = 4;
/** What comes later than this is late. */
const LATE_MS = 12;

/**
 * Asks `probe` again and again, and tells of each time in which the machine was too busy to answer
 * at once, be it this process or the one that is asked. Returns how to stop.
 */
export function watchLateSpells(
  tell: (spell: LateSpell) => void,
  probe: () => unknown = () => {},
): () => void {
  let isWatching = true;
  void watch();
  return () => {
    isWatching = false;
  };

  async function watch(): Promise<void> {
    while (isWatching) {
      const from = performance.timeOrigin + performance.now();
      await sleep(EVERY_MS, undefined, { ref: false });
      await probe();
      const until = performance.timeOrigin + performance.now();
      if (isWatching && until - from > LATE_MS) tell({ from, until });
    }
  }
}
