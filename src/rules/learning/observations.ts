import type { Cost, Dimension, Limit, Subject } from '../../model/limits.ts';
import type { ObservedLimit } from '../../model/observed-limit.ts';
import type { Stated } from '../../model/refusal.ts';
import type { LimitPolicy } from '../limits/limit-policy.ts';
import {
  adoptLimits,
  configureLimits,
  forgetBalance,
  forgetPast,
  type LimitSet,
  meterOf,
  observeBalance,
} from '../limits/limit-set.ts';
import { isShownInVain, renewPassed } from '../limits/long-limits.ts';
import { isSameLimit, type MeteredLimit, type Sighting } from '../limits/metered-limit.ts';
import {
  contradict,
  exceededBy,
  forgetUnshown,
  heard,
  isAlone,
  isToExceed,
  learnShown,
  learnStated,
  passTime,
  restart,
} from './beliefs.ts';
import { beginAnew } from './caution.ts';
import { hearRemaining, TOKENS_A_MINUTE, takenThen } from './charge.ts';
import { type ConcurrencyBounds, configureConcurrency, stateConcurrency } from './concurrency.ts';
import { areSame, givenMax, isAmong } from './known-limits.ts';
import type { Learning, TakenCall } from './learning.ts';
import { forgetEstimates, newLimitEstimates, resumeEstimates } from './limit-estimates.ts';
import { isOdd } from './oddness.ts';
import { corrected } from './per-second-headers.ts';
import { sightingsOf } from './sightings.ts';
import { takenBySecond, takenInMinute } from './throughput.ts';

/** What is given anew. */
export interface LaneTerms {
  readonly start: readonly MeteredLimit[];
  readonly policy: LimitPolicy;
  readonly inFlight: ConcurrencyBounds;
  /** Calls are held for so long at most for refusals, in milliseconds. @default 600_000 */
  readonly maxPauseMs?: number | undefined;
}

/** Takes over what the response to `call` shows; returns what of it is believed. */
export function observe(
  learning: Learning,
  limits: LimitSet,
  call: TakenCall,
  observed: readonly ObservedLimit[],
  now: number,
): Sighting[] {
  const { known, throughput } = learning;
  const seen = sightingsOf(known, observed);
  change(learning, limits, () => forgetUnshown(known, seen, now), now);
  const shown = heard(known, seen, { call, throughput, now });
  const sightings = shown.map((each) => {
    const ourShare = takenInMinute(throughput, each.dimension, now) / each.max;
    return corrected(learning.perSecond, each, ourShare, now);
  });
  change(learning, limits, () => learnShown(known, sightings, now), now);
  const isWindow = meterOf(limits, TOKENS_A_MINUTE)?.burst.readAs === 'window';
  hearRemaining(learning.charge, call, sightings, isWindow, now);
  const taken = takenThen(learning.charge, call, limits.taken);
  observeBalance(limits, sightings, call.at, taken, now);
  return sightings;
}

/** Whether the refusal of `call` states a limit that is hard to believe, whatever it was for. */
export function statesOdd(
  { known, throughput }: Learning,
  call: TakenCall,
  { limits }: Stated,
  now: number,
): boolean {
  return limits.some((limit) => isOdd(known, limit, { call, throughput, now }));
}

/** Takes over what the refusal of `call` states; returns whether that was news. */
export function told(
  learning: Learning,
  limits: LimitSet,
  call: TakenCall,
  stated: Stated,
  now: number,
  isRepeat = false,
): boolean {
  const { known, concurrency, throughput } = learning;
  const isOther =
    stated.concurrency !== undefined && stateConcurrency(concurrency, stated.concurrency);
  const learn = (): readonly Limit[] =>
    learnStated(known, stated.limits, { call, throughput, isRepeat, now });
  const isNews = change(learning, limits, learn, now) || isOther;
  learning.isNewsDue ||= isOther;
  return isNews;
}

/**
 * What is believed of limits changes with time: what one response alone has said is forgotten, and
 * there is as much room again as if it had not been said.
 */
export function forgetOld(learning: Learning, limits: LimitSet, now: number): void {
  const { known, estimates } = learning;
  if (known.evidence.length === 0 && limits.past.length === 0) return;
  const { changed, retried } = passTime(known, now);
  if (changed.length > 0) {
    if (retried.length > 0) adoptLimits(limits, known.inForce, now);
    else giveAnew(learning, limits, limits.policy, now);
    for (const limit of changed) forgetBalance(limits, limit);
    resumeEstimates(estimates, known, now);
    learning.isNewsDue = true;
  }
  forgetPast(limits, now);
  mark(learning, limits, now);
}

/**
 * A call of that cost has passed; `isFirst`: after a refusal for a day's limit. What that shows to be
 * used up no more begins anew.
 */
export function passed(
  learning: Learning,
  limits: LimitSet,
  cost: Cost,
  isFirst: boolean,
  now: number,
): void {
  refute(learning, limits, renewPassed(limits, cost, isFirst, now), now);
}

/** A call that was to cost `cost` was answered and has ended: it shows what limits can't be. */
export function outdo(
  learning: Learning,
  limits: LimitSet,
  cost: Cost,
  used: Cost,
  now: number,
): void {
  refute(learning, limits, exceededBy(learning.known, cost, used), now);
}

function refute(
  learning: Learning,
  limits: LimitSet,
  wrong: readonly Subject[],
  now: number,
): void {
  if (wrong.length === 0) return;
  change(learning, limits, () => contradict(learning.known, wrong, now), now);
}

/**
 * Goes on from terms that are given anew: what they change is told at once. `isAnew`: what responses
 * have said of the limits is forgotten.
 */
export function configure(
  learning: Learning,
  limits: LimitSet,
  { start, policy, inFlight }: LaneTerms,
  isAnew: boolean,
  now: number,
): void {
  const { known, concurrency } = learning;
  const before = { inForce: [...known.inForce], concurrency: concurrency.limit };
  configureConcurrency(concurrency, inFlight);
  if (restart(known, start, isAnew, now)) {
    learning.estimates = newLimitEstimates(known, learning.estimates.measures, now);
    learning.toldLowered = [];
  }
  giveAnew(learning, limits, policy, now);
  beginAnew(learning, limits, now);
  mark(learning, limits, now);
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
  // What was wrong has taken no room.
  const isCorrected = changed.some((limit) => isDoubted(limits, limit));
  if (isCorrected) giveAnew(learning, limits, limits.policy, now);
  else if (changed.length > 0) adoptLimits(limits, known.inForce, now);
  mark(learning, limits, now);
  if (changed.length === 0) return false;
  forgetEstimates(learning.estimates, changed);
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

/** What is allowed beyond what was used may be used at once. */
function giveAnew(
  { known, throughput }: Learning,
  limits: LimitSet,
  policy: LimitPolicy,
  now: number,
): void {
  const takenOf = (dimension: Dimension) => takenBySecond(throughput, dimension, now);
  configureLimits(limits, known.inForce, policy, takenOf, now);
}

/** Whether one response alone had said that a limit was lower than it is now. */
function isDoubted(limits: LimitSet, limit: Limit): boolean {
  const meter = meterOf(limits, limit);
  return meter?.isDoubtful === true && meter.limit.max < limit.max;
}

/** Of a limit that one response alone has said, a call may be larger; some may be exceeded. */
function mark({ known }: Learning, { meters }: LimitSet, now: number): void {
  for (const meter of meters) {
    const { limit, renewal } = meter;
    meter.isDoubtful = isAlone(known, limit, now);
    renewal.mayExceed = isToExceed(known, limit, now) || isShownInVain(meter);
    renewal.given = givenMax(known, limit);
  }
}
