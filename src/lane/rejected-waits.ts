import type { Caller } from '../callers/caller.ts';
import { inWords } from '../duration.ts';
import { amount, isUpstream } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';
import { RateLimitExceeded } from '../rate-limit-exceeded.ts';
import { levels } from '../rules/limits/limit-levels.ts';
import type { LimitSet } from '../rules/limits/limit-set.ts';
import { type Forecast, reportedWaitMs } from './forecast.ts';
import type { Patience } from './lane-call.ts';
import type { LaneSituation } from './situation.ts';

/** A call that is rejected for its wait, as it stands now. */
export interface Rejected {
  readonly caller: Caller;
  readonly model: string;
  readonly forecast: Forecast;
  readonly situation: LaneSituation;
}

/** The error of a call that would wait longer than it may. */
export function wouldWait(rejected: Rejected, { maxWaitMs, mayWait }: Patience): RateLimitExceeded {
  const { waitMs } = rejected.forecast;
  // A wait that nobody knows is not told in words.
  const waits = waitMs > 0 ? `would wait ${inWords(waitMs)}` : 'would have to wait';
  const isShort = mayWait && maxWaitMs > 0;
  const why = isShort ? `longer than the ${inWords(maxWaitMs)} allowed` : 'and may not wait';
  return exceeded(rejected, `${waits} ${objectOf(rejected)}, ${why}`);
}

/** The error of a call that has waited as long as it may, since `since`. */
export function hasWaited(rejected: Rejected, since: number): RateLimitExceeded {
  const waited = inWords(Math.floor(rejected.situation.now - rejected.situation.aheadMs - since));
  return exceeded(rejected, `has waited ${waited} ${objectOf(rejected)}, as long as it may`);
}

/** The limit of which the least is left, while the provider takes no calls: nothing of it. */
export function pausedEvidence(limits: LimitSet, now: number): HoldingLimit {
  const upstream = levels(limits, now).filter(({ limit }) => isUpstream(limit));
  const [scarcest] = upstream.sort((one, other) => shareOf(one) - shareOf(other));
  return scarcest === undefined ? {} : { limit: scarcest.limit.max, remaining: 0 };
}

function exceeded(
  { caller, model, forecast, situation }: Rejected,
  words: string,
): RateLimitExceeded {
  const waitMs = reportedWaitMs(forecast, situation);
  return new RateLimitExceeded({
    message: `This call to ${model} ${words}`,
    reason: forecast.reason,
    waitMs,
    ...evidence(caller, forecast, situation),
    resetAt: situation.now - situation.aheadMs + waitMs,
  });
}

/** What a limit is on, where that isn't the name of its dimension. */
const LIMITED: Readonly<Partial<Record<Reason, string>>> = {
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
  usd: 'US dollars',
  concurrency: 'calls in flight',
};

function objectOf({ caller, forecast: { reason, limitOf } }: Rejected): string {
  if (reason === 'paused') return 'for a pause to end';
  if (reason === 'learning') return 'for the first response';
  const whose = limitOf === 'key' ? `its ${ownerOf(caller)}'s` : 'the';
  return `for ${whose} limit on ${LIMITED[reason] ?? reason}`;
}

/** Not by name: a key may be a secret, and messages end in logs and in answers. */
function ownerOf({ key }: Caller): string {
  return key === undefined ? 'tier' : 'key';
}

function shareOf({ limit, level }: ReturnType<typeof levels>[number]): number {
  return level / limit.max;
}

interface HoldingLimit {
  readonly limit?: number;
  readonly remaining?: number;
}

/** The limit that holds the call back, and what is left of it. */
function evidence(
  caller: Caller,
  { reason, limitOf }: Forecast,
  situation: LaneSituation,
): HoldingLimit {
  const { now, limits, queue, concurrency } = situation;
  if (reason === 'paused') return pausedEvidence(limits, now);
  const isOwn = limitOf === 'key' && !situation.isOwn;
  if (reason === 'concurrency') {
    return { limit: isOwn ? caller.terms.concurrency : concurrency, remaining: 0 };
  }
  const [scarcest] = (isOwn ? caller.levels(now) : levels(limits, now))
    .filter(({ limit }) => limit.dimension === reason)
    .sort((one, other) => one.level - other.level);
  if (scarcest === undefined) return {};
  const { limit, level } = scarcest;
  // What waits already has a claim to what is left.
  const claimed = isOwn
    ? queue.ahead.ownCost(caller, Number.NEGATIVE_INFINITY)
    : queue.ahead.all.cost;
  const left = level - amount(claimed, limit.dimension);
  // Dollars are counted to the billionth.
  const unit = limit.dimension === 'usd' ? 1e9 : 1;
  return { limit: limit.max, remaining: Math.max(0, Math.floor(left * unit) / unit) };
}
