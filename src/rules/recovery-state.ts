import { MINUTE_MS } from '../model/limits.ts';
import { type Pause, reopensAt } from './pause.ts';

/** The patience of a lane that was given none. */
const PATIENCE_MS = 10 * MINUTE_MS;
/** Calls in flight until the first answer, where nothing is known of the limits. */
const COLD = 1;
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
export function isPauseProbeDue(recovery: Recovery, now: number): boolean {
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

/** Whether the next call is the first after a pause, or of all. */
export function isProbe({ phase, allowed }: Recovery): boolean {
  return phase === 'probing' && allowed === 1;
}

/**
 * Whether a call that tries goes whatever the limits say: the provider has said when it may. The end
 * of an operator's pause says nothing of the limits.
 */
export function isFreeOfLimits({ pause }: Recovery): boolean {
  return pause?.cause !== 'operator';
}

/** Whether nothing is known of the limits yet. */
export function isCold({ phase, epoch }: Recovery): boolean {
  return phase === 'probing' && epoch === 0;
}
