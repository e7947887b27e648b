import type { PauseCause } from '../model/refusal.ts';
import { type Codec, number, oneOf, optional, record, time } from './codec.ts';

/** The wait after a refusal that names none; doubled for each one that follows without a success. */
const FIRST_BACKOFF_MS = 1000;
/** The least wait after a second refusal in a row, whatever it says; doubled likewise. */
const FIRST_FLOOR_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
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
export interface RefusedCall {
  /** The epoch in which the call was admitted. */
  readonly epoch: number;
  readonly cause: PauseCause;
  readonly retryAfterMs: number | undefined;
}

/** The lane is stopped from `since` until `until`, in milliseconds since the epoch. */
export interface Pause {
  readonly cause: PauseCause;
  readonly since: number;
  readonly until: number;
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
  /** While probing: how many calls may be in flight, and how many are. */
  allowed: number;
  unanswered: number;
  /** When either of them changed. */
  steppedAt: number;
}

const CAUSES: readonly PauseCause[] = ['rate', 'daily', 'ramp', 'capacity'];

const pause: Codec<Pause> = record<Pause>({ cause: oneOf(CAUSES), since: time, until: time });

export const recovery: Codec<Recovery> = record<Recovery>({
  phase: oneOf<Recovery['phase']>(['open', 'paused', 'probing']),
  pause: optional(pause),
  epoch: number,
  streak: number,
  allowed: number,
  unanswered: number,
  steppedAt: time,
});

/** `isCold`: nothing is known of the limits yet, so the lane starts as after a pause. */
export function newRecovery(isCold: boolean, now: number): Recovery {
  const phase = isCold ? 'probing' : 'open';
  const common = { pause: undefined, epoch: 0, streak: 0, unanswered: 0 };
  return { phase, ...common, allowed: COLD, steppedAt: now };
}

/** The pause in force, if there is one. */
export function pauseOf({ phase, pause }: Recovery): Pause | undefined {
  return phase === 'paused' ? pause : undefined;
}

/** Whether another call may start, as far as pauses go. */
export function isPassable({ phase, unanswered, allowed }: Recovery): boolean {
  return phase === 'open' || (phase === 'probing' && unanswered < allowed);
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
  if (recovery.phase !== 'probing') return;
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
  recovery.unanswered--;
  recovery.steppedAt = now;
  if (isPaced || ++recovery.allowed > WIDE_OPEN) recovery.phase = 'open';
}

/** A call that started in `epoch` came to nothing: it says nothing about the provider. */
export function forget(recovery: Recovery, epoch: number): void {
  if (epoch === recovery.epoch && recovery.phase === 'probing') recovery.unanswered--;
}

/** The pause that a refusal begins; `undefined` where an earlier one has dealt with it. */
export function refuse(recovery: Recovery, call: RefusedCall, now: number): Pause | undefined {
  if (call.epoch !== recovery.epoch) return undefined;
  const waitMs = Math.max(call.retryAfterMs ?? backoff(recovery), floor(recovery));
  recovery.streak++;
  return stop(recovery, { cause: call.cause, since: now, until: now + waitMs });
}

/** Pauses the lane: it begins another epoch. */
export function stop(recovery: Recovery, pause: Pause): Pause {
  recovery.pause = pause;
  recovery.phase = 'paused';
  recovery.epoch++;
  return pause;
}

/** The limits have become known: no need to probe any more, unless after a refusal. */
export function open(recovery: Recovery): void {
  if (isCold(recovery)) recovery.phase = 'open';
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

function backoff({ streak }: Recovery): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** streak);
}

function floor({ streak }: Recovery): number {
  if (streak === 0) return 0;
  return Math.min(LONGEST_BACKOFF_MS, FIRST_FLOOR_MS * 2 ** (streak - 1));
}
