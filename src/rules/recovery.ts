import { MINUTE_MS } from '../model/limits.ts';
import { type Codec, number, oneOf, optional, record, time } from './codec.ts';
import {
  type Asked,
  confirmed,
  type Pause,
  pause,
  pauseFor,
  probeEveryMs,
  reopensAt,
  waitAfter,
} from './pause.ts';

/** The patience of a lane that was given none. */
const PATIENCE_MS = 10 * MINUTE_MS;
/** When nothing was tried for so long, an earlier refusal is old news. */
const QUIET_MS = MINUTE_MS;
/** Refused so often, a call lets others probe, and is no proof against a lane that others pass. */
export const SUSPECT = 2;
/** Calls in flight until the first answer, where nothing is known of the limits. */
const COLD = 1;
/**
 * Where no limit paces the lane, each answered call lets one more be in flight: twice as many after
 * each round trip. A lane with so many in flight has no limit that anybody knows of.
 */
const WIDE_OPEN = 4096;
/** While no answer comes, so often twice as many calls may be in flight: a slow answer blocks nobody. */
const WIDEN_EVERY_MS = 1000;

/** What the provider said of a refused call. */
export interface RefusedCall extends Asked {
  /** The epoch in which the call was admitted. */
  readonly epoch: number;
  /** How often this call was refused before. @default 0 */
  readonly earlier?: number | undefined;
}

/**
 * When a lane stops for the provider's refusals, and how it starts again.
 *
 * Invariant: a refusal counts only if its call was admitted in the present epoch, which every pause
 * ends: however many calls one shortage hits, it pauses the lane once.
 */
export interface Recovery {
  /** `probing`: after a pause, one call; for each that is answered, one more. */
  phase: 'open' | 'paused' | 'probing';
  /** The pause in force, or the last one. */
  pause: Pause | undefined;
  epoch: number;
  /** Refusals since the last success. */
  streak: number;
  /** When the first of them came. */
  refusedSince: number | undefined;
  /** Calls are held for so long at most while nothing but refusals comes, in milliseconds. */
  patienceMs: number;
  /** While probing: how many calls may be in flight, and how many are. Of a pause: the one that tries. */
  allowed: number;
  unanswered: number;
  /** When either of them changed. */
  steppedAt: number;
}

export const recovery: Codec<Recovery> = record<Recovery>({
  phase: oneOf<Recovery['phase']>(['open', 'paused', 'probing']),
  pause: optional(pause),
  epoch: number,
  streak: number,
  refusedSince: optional(time),
  patienceMs: number,
  allowed: number,
  unanswered: number,
  steppedAt: time,
});

/** `isCold`: nothing is known of the limits yet, so the lane starts as after a pause. */
export function newRecovery(
  isCold: boolean,
  now: number,
  patienceMs: number = PATIENCE_MS,
): Recovery {
  const phase = isCold ? 'probing' : 'open';
  const common = { pause: undefined, epoch: 0, streak: 0, refusedSince: undefined, unanswered: 0 };
  return { phase, ...common, patienceMs, allowed: COLD, steppedAt: now };
}

/** The pause in force, if there is one. */
export function pauseOf({ phase, pause }: Recovery): Pause | undefined {
  return phase === 'paused' ? pause : undefined;
}

/** Whether another call may start, as far as pauses go. */
export function isPassable({ phase, unanswered, allowed }: Recovery): boolean {
  return phase === 'open' || (phase === 'probing' && unanswered < allowed);
}

/** Whether a call may start although the lane is paused: its answer ends or renews the pause. */
export function isProbeDue(recovery: Recovery, now: number): boolean {
  const pause = pauseOf(recovery);
  return pause !== undefined && now >= pause.probeAt;
}

/**
 * Until when calls are held by the pause in force. Where it is not sure, until one has tried: while
 * that is in flight, the others wait for what becomes of it.
 */
export function heldUntil({ unanswered }: Recovery, pause: Pause): number {
  if (pause.isSure) return pause.until;
  return unanswered > 0 ? pause.since : reopensAt(pause);
}

/**
 * Whether nothing but refusals has come for `patienceMs`, or will have when the pause is over: what
 * waits is given up. After that one call at a time tries. Calls that were refused themselves
 * (`wasRefused`) are held until the end of the pause, also where it is not sure.
 */
export function isGivenUp(recovery: Recovery, patienceMs: number, wasRefused = false): boolean {
  const pause = pauseOf(recovery);
  if (pause === undefined || pause.cause === 'operator') return false;
  const until = wasRefused ? pause.until : heldUntil(recovery, pause);
  return until - (recovery.refusedSince ?? pause.since) > patienceMs;
}

/** Whether the next call is the first after a pause: it goes whatever the limits say. */
export function isProbe({ phase, allowed }: Recovery): boolean {
  return phase === 'probing' && allowed === 1;
}

/** Whether nothing is known of the limits yet. */
export function isCold({ phase, epoch }: Recovery): boolean {
  return phase === 'probing' && epoch === 0;
}

/** Notes that a call starts. Its epoch is `recovery.epoch`. */
export function start(recovery: Recovery, now: number): void {
  const { pause, phase } = recovery;
  if (phase === 'paused' && pause !== undefined) {
    recovery.pause = { ...pause, probeAt: now + probeEveryMs(pause.cause) };
    recovery.unanswered = 1;
  }
  if (phase !== 'probing') return;
  if (pause !== undefined && now - pause.until >= QUIET_MS) recovery.streak = 0;
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
  const waitMs = waitAfter(call, streak);
  if (recovery.streak++ === 0) recovery.refusedSince = now;
  const earlier = streak > 0 ? recovery.pause : undefined;
  return stop(recovery, pauseFor({ cause, waitMs }, earlier, patienceMs, now));
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
}

/** The user begins anew: a pause that is longer than the lane's patience is probed at once. */
export function reconsider(recovery: Recovery, now: number): void {
  recovery.streak = 0;
  recovery.refusedSince = undefined;
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
