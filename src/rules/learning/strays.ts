import type { GrantedCall } from '../ticket.ts';
import {
  areRefusedToo,
  type Followers,
  haveMostPassed,
  newFollowers,
  noteFollower,
} from './followers.ts';
import { doubtFutility, type Futility, newFutility } from './futility.ts';
import {
  countCall,
  mostByChance,
  newRefusalShare,
  type RefusalShare,
  shareOf,
} from './refusal-share.ts';
import type { Trial } from './trial.ts';

/** From this share of refused calls on, refusals have a pattern: one in four often comes by chance. */
const PATTERN = 0.45;
/** About the last forty calls count. */
const FADING = 0.975;
/** Fewer refusals than these have no pattern. */
const LEAST_REFUSED = 6;
/** So many in a row do not come by chance: of one call in ten, once in a hundred thousand calls. */
const LONG_RUN = 5;
/** A window that is full refuses in a row until it ends: what follows in the next two is no chance. */
const RUN_MS = 180_000;
/** So many calls show a share, and chance lets it fall to this part of what it is. */
const LEAST_CALLS_OF_A_SHARE = 30;
const MOST_FALLEN = 2 / 3;
/** Where refusals are known to come by chance, a run of this chance is none. */
const UNLIKELY = 1e-6;
/** Of fewer calls, those of a run may be two or three that are always refused. */
const LEAST_CALLS_OF_A_RUN = 20;
/** Refusals are taken for strays for so long after the last one. */
const REMEMBERED_MS = 600_000;
/** The trial of a refuted hypothesis is repeated after so long. */
const REFUTED_MS = 600_000;
/** A trial needs so many refusals; twice as many where the last verdict was wrong. */
const FIRST_NEED = 4;
const MOST_NEEDED = 64;

/**
 * Whether refusals are strays: they have nothing to do with what the lane sends, as where capacity
 * is shared with others. A stray refusal delays its own call only.
 *
 * Two things show it. Calls that were let through after a refused one pass; or a lower rate changes
 * nothing (`caution.ts`). As soon as more of the recent calls are refused than by chance, neither
 * counts any more, until a much lower rate has changed nothing either (`futility.ts`).
 */
export interface Strays {
  followers: Followers;
  recent: RefusalShare;
  /** How many calls in a row were refused; when there was a long run. */
  run: number;
  ranAt: number;
  /** Whether refusals are strays by what followed them, and since when. */
  isLone: boolean;
  since: number;
  refusedAt: number;
  /** Until then a lower rate is not tried again: the last trial was in vain. */
  refutedUntil: number;
  /** How many refusals a trial needs. */
  need: number;
  trial: Trial | undefined;
  futility: Futility;
  /** The share of calls that is refused by chance, as far as that is known. */
  expected: number;
}

export function newStrays(now: number): Strays {
  return {
    followers: newFollowers(),
    recent: newRefusalShare(now),
    ...{ run: 0, ranAt: Number.NEGATIVE_INFINITY },
    ...{ isLone: false, since: now, refusedAt: now, trial: undefined },
    ...{ refutedUntil: Number.NEGATIVE_INFINITY, need: FIRST_NEED },
    ...{ futility: newFutility(now), expected: 0 },
  };
}

/** Whether refusals are strays at present. */
export function areStrays(strays: Strays, now: number): boolean {
  return strays.isLone || isRefuted(strays, now);
}

/** Whether a lower rate has been tried in vain, not long ago. */
export function isRefuted({ refutedUntil }: Strays, now: number): boolean {
  return now < refutedUntil;
}

/** A call was answered. Returns whether that shows that refusals are strays. */
export function noteAnswered(
  strays: Strays,
  call: GrantedCall,
  isRefused: boolean,
  now: number,
): boolean {
  if (isRefused) noteRefused(strays, now);
  countCall(strays.recent, isRefused, FADING, now);
  followShare(strays);
  strays.run = isRefused ? strays.run + 1 : 0;
  if (strays.run >= longRunOf(strays)) strays.ranAt = now;
  if (hasPattern(strays)) dismiss(strays);
  if (areStrays(strays, now)) return false;
  noteFollower(strays.followers, call, isRefused);
  if (!haveMostPassed(strays.followers, strays.expected)) return false;
  strays.isLone = true;
  strays.since = now;
  return true;
}

/** A lower rate was tried in vain. */
export function refuteLower(strays: Strays, now: number): void {
  if (!areStrays(strays, now)) strays.since = now;
  strays.isLone = true;
  strays.trial = undefined;
  strays.refutedUntil = now + REFUTED_MS;
}

/** However careful the lane was, the same `share` of its calls was refused: by chance. */
export function expectRefusals(strays: Strays, share: number, now: number): void {
  refuteLower(strays, now);
  strays.expected = share;
  strays.ranAt = Number.NEGATIVE_INFINITY;
  strays.run = 0;
  strays.followers = newFollowers();
  strays.recent = newRefusalShare(now);
  strays.futility.higher = undefined;
}

/** The share of refused calls from which on they have a pattern. */
export function patternOf({ expected }: Pick<Strays, 'expected'>): number {
  return mostByChance(PATTERN, expected);
}

/** What is expected doesn't outlast what happens: a limit that is exceeded later is no chance. */
function followShare(strays: Strays): void {
  const { recent, expected } = strays;
  if (expected === 0 || recent.calls < LEAST_CALLS_OF_A_SHARE) return;
  strays.expected = Math.min(expected, shareOf(recent) / MOST_FALLEN);
}

function longRunOf({ expected }: Strays): number {
  if (expected === 0) return LONG_RUN;
  return Math.max(LONG_RUN, Math.ceil(Math.log(UNLIKELY) / Math.log(expected)));
}

/** Whether many of the recent calls were refused, or many in a row, or those after a refused one. */
export function hasPattern(strays: Strays): boolean {
  const { recent, ranAt, followers, expected } = strays;
  const isDense = recent.refused >= LEAST_REFUSED && shareOf(recent) >= patternOf(strays);
  const isRun = recent.calls >= LEAST_CALLS_OF_A_RUN && recent.at - ranAt < RUN_MS;
  return isDense || isRun || areRefusedToo(followers, expected);
}

function noteRefused(strays: Strays, now: number): void {
  // After a long quiet time, others may be the cause.
  if (now - strays.refusedAt > REMEMBERED_MS) {
    strays.isLone = false;
    strays.expected = 0;
    strays.followers = newFollowers();
  }
  strays.refusedAt = now;
}

/** A limit is exceeded after all. */
function dismiss(strays: Strays): void {
  if (!strays.isLone && strays.refutedUntil === Number.NEGATIVE_INFINITY) return;
  if (strays.refutedUntil > strays.recent.at) strays.need = Math.min(MOST_NEEDED, 2 * strays.need);
  if (strays.expected > 0) doubtFutility(strays.futility);
  strays.expected = 0;
  strays.refutedUntil = Number.NEGATIVE_INFINITY;
  strays.isLone = false;
  strays.followers = newFollowers();
}
