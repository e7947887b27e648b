import type { Cost, Limit } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';
import type { LaneState } from '../rules/lane-state.ts';
import type { GrantedCall } from '../rules/ticket.ts';

/**
 * What a lane tells a process. `id`: the number of its call. `news`: another number whenever limits
 * or pauses are others. `members`: how many processes share the lane.
 */
export type LaneAnswer = { readonly news: number; readonly members: number } & LaneReply;

export type LaneReply =
  | { readonly kind: 'granted'; readonly id: number; readonly call: GrantedCall }
  | { readonly kind: 'unfit'; readonly id: number; readonly limit: Limit; readonly cost: Cost }
  /** The call was granted, and its process hasn't taken that up in time: it has to ask again. */
  | { readonly kind: 'lapsed'; readonly id: number }
  /** What is left of what it asked for has to wait. */
  | { readonly kind: 'blocked'; readonly reason: Reason };

/** More than there ever are of the rest of the news. */
const RULES_APART = 2 ** 40;

/** Another number after each report of the limits, each pause and its end, and for each rule of charging. */
export function newsOf({ report, recovery, learning }: LaneState): number {
  const rule = (learning.charge.rule ?? -1) + 1;
  const paused = recovery.phase === 'paused' ? 1 : 0;
  return report.count + 2 * recovery.epoch - paused + RULES_APART * rule;
}
