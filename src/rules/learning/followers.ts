import { amount, type Cost, DIMENSIONS } from '../../model/limits.ts';
import type { GrantedCall } from '../ticket.ts';
import { mostByChance } from './refusal-share.ts';

/** Refusals of so many pauses are kept in mind: answers may be slow. */
const KEPT = 8;
/** Each follower counts so much less than the next one: about the last fourteen count. */
const FADING = 0.93;
/** Fewer followers than these say nothing. */
const LEAST_REFUSED = 3;
const LEAST_PASSED = 5;
const LEAST_HINTS = 2;
/** Of the followers of a refusal that came by chance, at most this share is refused as well. */
const MOST_REFUSED = 0.2;
/** Where a limit is used up, more than this share of them is. */
const MOST_BY_CHANCE = 0.4;

/** The first call that was refused in an epoch. */
export interface FirstRefusal {
  readonly epoch: number;
  /** How many calls the lane had let through then. */
  readonly order: number;
  readonly cost: Cost;
}

/**
 * What became of the calls that were let through after a refused one, before anybody knew of it, and
 * cost no less. Where a limit is used up, next to none of them pass.
 */
export interface Followers {
  firsts: FirstRefusal[];
  passed: number;
  refused: number;
}

export function newFollowers(): Followers {
  return { firsts: [], passed: 0, refused: 0 };
}

/** A call was answered. */
export function noteFollower(followers: Followers, call: GrantedCall, isRefused: boolean): void {
  const first = followers.firsts.find(({ epoch }) => epoch === call.epoch);
  if (first === undefined) {
    if (isRefused) addFirst(followers, call);
  } else if (isAfter(call, first)) {
    if (isRefused) count(followers, 0, 1);
    else if (costsNoLess(call.cost, first.cost)) count(followers, 1, 0);
  }
}

/**
 * Whether what followed shows that no limit was used up. `expected`: the share of all calls that is
 * known to be refused by chance.
 */
export function haveMostPassed({ passed, refused }: Followers, expected: number): boolean {
  const most = mostByChance(MOST_REFUSED, expected);
  return passed >= LEAST_PASSED && refused <= most * (passed + refused);
}

/** Whether what followed speaks against a limit that was used up, though it may be too little. */
export function doPass({ passed, refused }: Followers): boolean {
  return passed >= LEAST_HINTS && refused <= MOST_REFUSED * (passed + refused);
}

/** Whether what followed shows that a limit was used up. `expected`: as above. */
export function areRefusedToo({ passed, refused }: Followers, expected: number): boolean {
  const most = mostByChance(MOST_BY_CHANCE, expected);
  return refused >= LEAST_REFUSED && refused > most * (passed + refused);
}

function addFirst(followers: Followers, { epoch, taken, cost }: GrantedCall): void {
  followers.firsts = [...followers.firsts, { epoch, order: orderOf(taken), cost }].slice(-KEPT);
}

function count(followers: Followers, passed: number, refused: number): void {
  followers.passed = FADING * followers.passed + passed;
  followers.refused = FADING * followers.refused + refused;
}

function isAfter({ taken }: GrantedCall, { order }: FirstRefusal): boolean {
  return orderOf(taken) > order;
}

function orderOf(taken: Cost): number {
  return amount(taken, 'requests');
}

function costsNoLess(cost: Cost, than: Cost): boolean {
  return DIMENSIONS.every((each) => amount(cost, each) >= amount(than, each));
}
