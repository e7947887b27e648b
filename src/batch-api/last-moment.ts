import type { Clock } from '../clock.ts';

/** It isn't looked for more finely than that. */
const WORTH_MS = 60_000;

/** Until when calls that have no result have to be sent live. */
export interface LiveDeadline {
  readonly dueAt: number;
  /** How long all calls take live. */
  readonly liveMs: number;
  /** The share of them that has no result yet, from 0 to 1. */
  left(): number;
}

/**
 * Calls `act` once, at the last moment at which what has no result can still go live. What has come
 * until then needs no time any more, so that the moment moves back. Returns what ends that.
 */
export function atLastMoment(
  clock: Clock,
  { dueAt, liveMs, left }: LiveDeadline,
  act: () => void,
): () => void {
  const look = (): void => {
    const moreMs = dueAt - clock.now() - liveMs * left();
    if (moreMs >= WORTH_MS) cancel = clock.setTimeout(look, moreMs);
    else act();
  };
  let cancel = clock.setTimeout(look, Math.max(0, dueAt - clock.now() - liveMs));
  return () => cancel();
}
