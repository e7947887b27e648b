import { MINUTE_MS } from '../model/limits.ts';
import {
  confirmed,
  dailyWait,
  type Pause,
  pauseFor,
  probeEveryMs,
  type RequestedPause,
  waitAfter,
} from './pause.ts';
import { isCold, isPassable, pauseOf, type Recovery } from './recovery-state.ts';

/* How a lane stops for the provider's refusals, and starts again. What it is: `recovery-state.ts`. */

/** When nothing was tried for so long, an earlier refusal is old news. */
const QUIET_MS = MINUTE_MS;
/** Refused so often, a call lets others probe, and is no proof against a lane that others pass. */
export const SUSPECT = 2;
/**
 * Where no limit paces the lane, each answered call lets one more be in flight: twice as many after
 * each round trip. A lane with so many in flight has no limit that anybody knows of.
 */
const WIDE_OPEN = 4096;
/** While no answer comes, so often twice as many calls may be in flight: a slow answer blocks nobody. */
const WIDEN_EVERY_MS = 1000;

/** What the provider said of a refused call. */
export interface RefusedCall extends RequestedPause {
  /** The epoch in which the call was admitted. */
  readonly epoch: number;
  /** How often this call was refused before. @default 0 */
  readonly earlier?: number | undefined;
}

/** Notes that a call starts. Its epoch is `recovery.epoch`. */
export function start(recovery: Recovery, now: number): void {
  const { pause, phase } = recovery;
  if (phase === 'paused' && pause !== undefined) {
    recovery.pause = { ...pause, probeAt: now + probeEveryMs(pause.cause) };
    recovery.unanswered = 1;
  }
  if (phase !== 'probing') return;
  if (isOldNews(recovery, now)) {
    recovery.streak = 0;
    // A day's limit that is refused again has been refused since.
    if (pause?.cause !== 'daily') recovery.refusedSince = undefined;
  }
  recovery.unanswered++;
  recovery.steppedAt = now;
}

/**
 * A call that started in `epoch` was answered, well or badly, but not refused. Where limits pace
 * the lane (`isPaced`) that is enough to open it; else it lets one more call through.
 */
export function answer(recovery: Recovery, epoch: number, isPaced: boolean, now: number): void {
  if (epoch !== recovery.epoch) return;
  recovery.streak = 0;
  recovery.refusedSince = undefined;
  if (recovery.phase !== 'probing') return;
  recovery.unanswered = Math.max(0, recovery.unanswered - 1);
  recovery.steppedAt = now;
  if (isPaced || ++recovery.allowed > WIDE_OPEN) recovery.phase = 'open';
}

/** A call that started in `epoch` came to nothing: it says nothing about the provider. */
export function forget(recovery: Recovery, epoch: number): void {
  if (epoch !== recovery.epoch) return;
  const pause = pauseOf(recovery);
  if (pause !== undefined) recovery.pause = { ...pause, probeAt: pause.since };
  if (recovery.phase !== 'open') recovery.unanswered = Math.max(0, recovery.unanswered - 1);
}

/** Whether a call that started in `epoch` was let through in the pause in force. */
export function isOfPause(recovery: Recovery, epoch: number): boolean {
  return pauseOf(recovery) !== undefined && epoch === recovery.epoch;
}

/** Whether a refusal concerns its call alone: that is always refused, while others pass. */
export function concernsOnlyItsCall(
  { streak }: Recovery,
  { earlier = 0 }: Pick<RefusedCall, 'earlier'>,
): boolean {
  return streak === 0 && earlier >= SUSPECT;
}

/**
 * The pause that a refusal begins; `undefined` where an earlier one has dealt with it, or the call
 * alone is refused.
 */
export function refuse(recovery: Recovery, call: RefusedCall, now: number): Pause | undefined {
  if (call.epoch !== recovery.epoch) return confirm(recovery, call, now);
  if (concernsOnlyItsCall(recovery, call)) return undefined;
  const { cause } = call;
  const { streak, patienceMs } = recovery;
  if (streak === 0 && isOtherDay(recovery, call)) recovery.refusedSince = undefined;
  recovery.streak++;
  recovery.refusedSince ??= now;
  const lastedMs = now - (recovery.refusedSince ?? now);
  const waitMs = Math.max(waitAfter(call, streak), cause === 'daily' ? dailyWait(lastedMs) : 0);
  const earlier = streak > 0 ? recovery.pause : undefined;
  return stop(recovery, pauseFor({ cause, waitMs }, earlier, patienceMs, now));
}

/** After a day's limit it is something else that is refused. */
function isOtherDay({ pause }: Recovery, { cause }: RequestedPause): boolean {
  return pause?.cause === 'daily' && cause !== 'daily';
}

/** Nothing was tried for a while after the pause. */
function isOldNews({ pause }: Recovery, now: number): boolean {
  return pause !== undefined && now - pause.until >= QUIET_MS;
}

/** A call that was let through just before the pause is refused too: another witness of it. */
function confirm(recovery: Recovery, call: RefusedCall, now: number): undefined {
  const pause = pauseOf(recovery);
  if (pause === undefined || call.epoch !== recovery.epoch - 1) return;
  recovery.pause = confirmed(pause, now + waitAfter(call, 0), recovery.patienceMs);
}

/** An operator stops the lane: nothing but time and operators end that. */
export function halt(recovery: Recovery, forMs: number, now: number): void {
  const probeAt = Number.POSITIVE_INFINITY;
  stop(recovery, { cause: 'operator', since: now, until: now + forMs, probeAt, isSure: true });
  recovery.streak = 0;
  if (forMs >= QUIET_MS) recovery.refusedSince = undefined;
}

/**
 * The user begins anew: a pause that is longer than the lane's patience is probed at once. What has
 * been refused all the time still is: else calls would wait for ever where that comes again and again.
 */
export function reconsider(recovery: Recovery, now: number): void {
  recovery.streak = 0;
  if (isOldNews(recovery, now)) recovery.refusedSince = undefined;
  const pause = pauseOf(recovery);
  if (pause === undefined || pause.cause === 'operator') return;
  if (pause.until - now > recovery.patienceMs) recovery.pause = { ...pause, probeAt: now };
}

/** Pauses the lane: it begins another epoch. */
export function stop(recovery: Recovery, pause: Pause): Pause {
  recovery.pause = pause;
  recovery.phase = 'paused';
  recovery.unanswered = 0;
  recovery.epoch++;
  return pause;
}

/** The limits have become known: no need to probe any more, unless after a refusal. */
export function open(recovery: Recovery): void {
  if (isCold(recovery)) recovery.phase = 'open';
}

/** The pause was for nothing: no need to probe. */
export function release(recovery: Recovery): void {
  if (recovery.phase === 'probing') recovery.phase = 'open';
}

/** Ends the pause. */
export function resume(recovery: Recovery, now: number): void {
  recovery.phase = 'probing';
  recovery.allowed = 1;
  recovery.unanswered = 0;
  recovery.steppedAt = now;
}

/** Nothing is known of the limits any more: one call goes, and one more for each that is answered. */
export function beginAgain(recovery: Recovery, now: number): void {
  if (recovery.phase === 'open') resume(recovery, now);
}

/** When more calls may go although none is answered; infinite where that is no matter of time. */
export function widensAt(recovery: Recovery): number {
  const isBlocked = recovery.phase === 'probing' && !isPassable(recovery);
  return isBlocked ? recovery.steppedAt + WIDEN_EVERY_MS : Number.POSITIVE_INFINITY;
}

/** No answer for a while, and no refusal either: twice as many calls may go. */
export function widen(recovery: Recovery, now: number): void {
  if (now < widensAt(recovery)) return;
  recovery.allowed *= 2;
  recovery.steppedAt = now;
}
