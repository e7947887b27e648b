import { amount, type Cost, isUpstream, type Limit, MINUTE_MS } from '../../model/limits.ts';
import { type LimitMeter, renewMeter } from './limit-meter.ts';
import type { LimitSet } from './limit-set.ts';
import { meterLevel, used } from './meter-room.ts';
import { settleMeter } from './meter-use.ts';
import { areRefuted } from './zeros.ts';

/*
 * Limits of more than a minute, as those of a day. Hosts begin a new day at an hour that is seldom
 * stated, so what was used of them is forgotten as soon as a call that passes shows that it counts no
 * more.
 */

/** So soon after the last time, a call that exceeds a limit shows that the limit is wrong. */
const AGAIN_WITHIN = 0.5;

/** A refused call has used nothing of a long limit that was learned. */
export function giveBackRefused(set: LimitSet, charged: Cost, at: number, now: number): void {
  for (const meter of longMeters(set)) {
    const part = amount(charged, meter.limit.dimension);
    if (part > 0 && isLearned(meter)) settleMeter(meter, -part, at, set, now);
  }
}

/**
 * A call of that cost has passed; `isFirst`: after a refusal for a day's limit, so that a new day has
 * begun. What the call has exceeded begins anew, too. Returns the limits that are wrong: they were
 * exceeded soon again, or more was given, of which nothing may be forgotten.
 */
export function renewPassed(set: LimitSet, cost: Cost, isFirst: boolean, now: number): Limit[] {
  const wrong: Limit[] = [];
  for (const meter of longMeters(set)) {
    const { limit, renewal } = meter;
    const isOwn = isLearned(meter);
    if (!(isFirst && (isOwn || isUsedUp(meter, set, now))) && !isExceeded(meter, set, now))
      continue;
    const isAgain = !isFirst && now - renewal.renewedAt < AGAIN_WITHIN * limit.windowMs;
    if (limit.source === 'refusal' && (isAgain || !isOwn)) wrong.push(limit);
    if (!isOwn) continue;
    renewMeter(meter, amount(cost, limit.dimension), now);
    renewal.renewedAt = now;
  }
  return wrong;
}

/** Whether only headers show the limit, and nothing left of it, again and again, while calls pass. */
export function isShownInVain({ limit, zeros }: LimitMeter): boolean {
  return limit.source === 'headers' && limit.windowMs > MINUTE_MS && areRefuted(zeros);
}

/** Whether a limit is used up that one call at a time may exceed. */
export function isTriedAlone(set: LimitSet, now: number): boolean {
  return set.meters.some((meter) => meter.renewal.mayExceed && isUsedUp(meter, set, now));
}

function isUsedUp(meter: LimitMeter, set: LimitSet, now: number): boolean {
  return meterLevel(meter, set, now) < 1;
}

function isExceeded(meter: LimitMeter, set: LimitSet, now: number): boolean {
  return meter.renewal.mayExceed && used(meter, set, now) > meter.limit.max;
}

function longMeters({ meters }: LimitSet): LimitMeter[] {
  return meters.filter(({ limit }) => limit.windowMs > MINUTE_MS && isUpstream(limit));
}

/** Nothing was given of the limit: all that is known of it was learned. */
function isLearned({ renewal }: LimitMeter): boolean {
  return renewal.given === Number.POSITIVE_INFINITY;
}
