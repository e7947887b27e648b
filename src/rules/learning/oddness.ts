import { amount, type Cost, type Limit, MINUTE_MS } from '../../model/limits.ts';
import { isSameLimit, type MeteredLimit } from '../limits/metered-limit.ts';
import { believed, type Evidence, evidenceOf } from './evidence.ts';
import { type Throughput, takenInMinute } from './throughput.ts';

/** A limit so far below what has just passed, or below what is known of it, is hard to believe. */
const FAR_BELOW = 0.01;
/** So is one so far below what headers have shown. */
const BELOW_SHOWN = 0.5;
/** And one that leaves no room for a second request. */
const LEAST_REQUESTS = 2;

/** The response that says how high a limit is, and what had passed before it. */
export interface Testimony {
  readonly call: {
    readonly cost: Cost;
    /** All that the lane had let through, this call included. */
    readonly taken: Cost;
  };
  readonly throughput: Throughput;
  /** The same call has said it before: it is no other witness. */
  readonly isRepeat?: boolean | undefined;
  readonly now: number;
}

/** What is known of the limits of a lane. */
interface Known {
  readonly start: readonly MeteredLimit[];
  readonly inForce: readonly MeteredLimit[];
  readonly evidence: readonly Evidence[];
}

/** Whether a limit is so hard to believe that another response has to say it as well. */
export function isOdd(known: Known, limit: Limit, testimony: Testimony): boolean {
  return isBelowUse(limit, testimony) || isBelowStart(known, limit);
}

/** Headers have shown more than twice as much, or they show a longer limit beside a minute's. */
export function isOddForHeaders(known: Known, limit: Limit, now: number): boolean {
  const shown = evidenceOf(known.evidence, limit, 'headers');
  const before = shown && believed(shown, now);
  if (before !== undefined) return limit.max < BELOW_SHOWN * before.max;
  const minutely = { dimension: limit.dimension, windowMs: MINUTE_MS };
  const isNew = known.inForce.every((each) => !isSameLimit(each, limit));
  const isLonger = limit.windowMs > MINUTE_MS && isNew;
  return isLonger && evidenceOf(known.evidence, minutely, 'headers') !== undefined;
}

/** It is below the call itself, or a hundredth of what has passed in the minute before. */
function isBelowUse({ dimension, max }: Limit, { call, throughput, now }: Testimony): boolean {
  const isClosed = dimension === 'requests' && max < LEAST_REQUESTS;
  const passed = takenInMinute(throughput, dimension, now);
  return isClosed || max < amount(call.cost, dimension) || max < FAR_BELOW * passed;
}

/** A guess says nothing. */
function isBelowStart({ start }: Known, limit: Limit): boolean {
  const known = start.find((each) => isSameLimit(each, limit));
  return known !== undefined && known.source !== 'guess' && limit.max < FAR_BELOW * known.max;
}
