import type { Due } from './agenda.ts';
import type { Exchange } from './exchange.ts';
import { EMPTY_MS, lookAt } from './watch.ts';

/** Of one member, as it is now. */
export interface Present {
  readonly member: string;
  readonly isWaiting: boolean;
  /** Whether it has to be heard in each lease. */
  readonly isHolding: boolean;
  readonly leaseMs: number;
  /** In the member's own clock's time. */
  readonly now: number;
  /** At least 0, below 1. */
  readonly luck: number;
}

/** When a member has to do something by itself, unless there is news before. */
export function dueOf<State, Command, Answer>(
  { time, standing, keeper, agenda, canAsk, emptySince }: Exchange<State, Command, Answer>,
  { member, isWaiting, isHolding, leaseMs, now, luck }: Present,
): Due {
  const aheadMs = time.of(now) - now;
  const { own, nextLoss } = keeper;
  const heardBy = isHolding ? agenda.saidAt + leaseMs / 3 : Number.POSITIVE_INFINITY;
  const speakAt = Math.min(heardBy, agenda.speakBy);
  const nextAt = own?.next?.at ?? Number.POSITIVE_INFINITY;
  const serveAt = Math.min(nextAt, nextLoss + 1) - aheadMs;
  if (own !== undefined) return { speakAt, lookAt: Number.POSITIVE_INFINITY, serveAt };
  if (emptySince !== undefined) return { speakAt, lookAt: now + EMPTY_MS * (0.5 + luck), serveAt };
  const { asked, isSecond, next } = standing;
  const outlook = {
    ...{ newsAt: agenda.newsAt, askedAt: asked?.at, isSecond, canAsk, isWaiting },
    ...{ next: next && { ...next, at: next.at - aheadMs }, isNext: next?.member === member },
    roundTripMs: time.roundTripMs,
  };
  return { speakAt, lookAt: lookAt(outlook, luck), serveAt };
}
