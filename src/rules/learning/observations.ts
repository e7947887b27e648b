import type { Limit, Subject } from '../../model/limits.ts';
import type { ObservedLimit } from '../../model/observed-limit.ts';
import type { Stated } from '../../model/refusal.ts';
import type { LimitPolicy } from '../limits/limit-policy.ts';
import {
  adoptLimits,
  configureLimits,
  type LimitSet,
  observeBalance,
} from '../limits/limit-set.ts';
import { isSameLimit, type MeteredLimit, type Sighting } from '../limits/metered-limit.ts';
import { type ConcurrencyBounds, configureConcurrency, stateConcurrency } from './concurrency.ts';
import {
  areSame,
  confirmed,
  isAmong,
  learnShown,
  learnStated,
  restart,
  sightingsOf,
} from './known-limits.ts';
import type { Learning, TakenCall } from './learning.ts';
import { forgetEstimates, newLimitEstimates } from './limit-estimates.ts';
import { corrected } from './per-second-headers.ts';
import { takenInMinute } from './throughput.ts';

/** What is given anew. */
export interface LaneTerms {
  readonly start: readonly MeteredLimit[];
  readonly policy: LimitPolicy;
  readonly inFlight: ConcurrencyBounds;
}

/** Takes over what the response to `call` shows; returns what of it is believed. */
export function observe(
  learning: Learning,
  limits: LimitSet,
  call: TakenCall,
  observed: readonly ObservedLimit[],
  now: number,
): Sighting[] {
  const { known } = learning;
  const shown = confirmed(known, sightingsOf(known, observed));
  const sightings = shown.map((each) => {
    const ourShare = takenInMinute(learning.throughput, each.dimension, now) / each.max;
    return corrected(learning.perSecond, each, ourShare, now);
  });
  change(learning, limits, () => learnShown(known, sightings), now);
  observeBalance(limits, sightings, call.at, call.taken, now);
  return sightings;
}

/** Takes over what a refusal states; returns whether that was news. */
export function told(learning: Learning, limits: LimitSet, stated: Stated, now: number): boolean {
  const { known, concurrency } = learning;
  const isOther =
    stated.concurrency !== undefined && stateConcurrency(concurrency, stated.concurrency);
  const isNews = change(learning, limits, () => learnStated(known, stated.limits), now) || isOther;
  learning.isNewsDue ||= isOther;
  return isNews;
}

/** Goes on from terms that are given anew: what they change is told at once. */
export function configure(
  learning: Learning,
  limits: LimitSet,
  { start, policy, inFlight }: LaneTerms,
  now: number,
): void {
  const { known, concurrency } = learning;
  const before = { inForce: [...known.inForce], concurrency: concurrency.limit };
  configureConcurrency(concurrency, inFlight);
  if (restart(known, start)) {
    learning.estimates = newLimitEstimates(known, learning.estimates.measures, now);
    learning.toldLowered = [];
  }
  configureLimits(limits, known.inForce, policy, now);
  const isSame = before.concurrency === concurrency.limit && areSame(before.inForce, known.inForce);
  if (isSame) return;
  const given = start.filter(({ source }) => source === 'given');
  learning.lowered.push(...given.filter((limit) => !isAmong(limit, known.inForce)));
  learning.isNewsUrgent = true;
}

/** Learns limits; what is given and lowered by that is told of once. */
function change(
  learning: Learning,
  limits: LimitSet,
  learn: () => readonly Limit[],
  now: number,
): boolean {
  const { known } = learning;
  const given = known.inForce.filter(({ source }) => source === 'given');
  const changed = learn();
  if (changed.length === 0) return false;
  forgetEstimates(learning.estimates, changed);
  adoptLimits(limits, known.inForce, now);
  const lowered = given.filter((limit) => includes(changed, limit));
  const news = lowered.filter((limit) => !includes(learning.toldLowered, limit));
  learning.toldLowered.push(...news.map(({ dimension, windowMs }) => ({ dimension, windowMs })));
  learning.lowered.push(...news);
  learning.isNewsDue = true;
  return true;
}

function includes(limits: readonly Subject[], limit: Subject): boolean {
  return limits.some((each) => isSameLimit(each, limit));
}
