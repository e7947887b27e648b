import type { Charges } from '../model/charge.ts';
import type { Cost } from '../model/limits.ts';
import type { ObservedLimit } from '../model/observed-limit.ts';
import type { PauseCause, Stated } from '../model/refusal.ts';
import type { LaneTerms } from './learning/observations.ts';
import type { RefusalWords } from './learning/refusal-episode.ts';
import type { LimitSet } from './limits/limit-set.ts';
import type { GrantedCall, Ticket } from './ticket.ts';

export type { LaneTerms, RefusalWords };

/** A call that a process has taken from the room of the last decision. */
export interface CallTaken {
  readonly id: number;
  readonly cost: Cost;
  readonly charges?: Charges | undefined;
  readonly at: number;
}

/** What a process knows of limits. */
export interface PackedUse {
  /** A packed `LimitSet`, and when it was packed. */
  readonly limits: string;
  readonly at: number;
  /** The same as whoever decides has read it; `undefined` where it can't be read, which says nothing. */
  readonly use?: LimitSet | undefined;
}

/** What happens to a lane. Each kind is one rule of `apply.ts`. */
export type LaneCommand =
  /** These calls are at the front of the process's queue, instead of those it asked for before. */
  | { readonly kind: 'ask'; readonly tickets: readonly Ticket[] }
  /** Calls that were asked for went at once, because there was room: `taken.ts`, for shared lanes. */
  | { readonly kind: 'took'; readonly calls: readonly CallTaken[] }
  /** The request of a call leaves the process only now. */
  | { readonly kind: 'sent'; readonly call: GrantedCall }
  /** The provider has answered, well or badly; `isRefused`: for a limit. */
  | { readonly kind: 'answered'; readonly call: GrantedCall; readonly isRefused: boolean }
  /** A call has ended: `actual` replaces what it took. */
  | {
      readonly kind: 'ended';
      readonly call: GrantedCall;
      readonly actual: Cost;
      readonly wasAnswered: boolean;
      readonly isRefused: boolean;
    }
  /** A response shows limits, and what the server has left of them. */
  | {
      readonly kind: 'observed';
      readonly call: GrantedCall;
      readonly observed: readonly ObservedLimit[];
    }
  /** The provider has refused a call. */
  | {
      readonly kind: 'refused';
      readonly call: GrantedCall;
      readonly cause: PauseCause;
      readonly retryAfterMs: number | undefined;
      readonly words: RefusalWords;
      /** How often that call was refused before. */
      readonly earlier?: number | undefined;
    }
  /** An answer states limits, and pauses nothing. */
  | { readonly kind: 'told'; readonly call: GrantedCall; readonly stated: Stated }
  /** `isAnew`: the user gives limits; what responses have said of them is forgotten. */
  | { readonly kind: 'configure'; readonly terms: LaneTerms; readonly isAnew?: boolean | undefined }
  /** The user begins anew: no refusal from before closes the lane. */
  | { readonly kind: 'reconsider' }
  /** An operator stops the lane, or lets it go on. `isOld`: the lane may have been told before. */
  | { readonly kind: 'pause'; readonly forMs: number; readonly isOld?: boolean | undefined }
  | { readonly kind: 'resume' }
  /** A process that the lane doesn't know has so many calls in flight. */
  | { readonly kind: 'join'; readonly inFlight: number }
  /** What a process knew of limits that the lane's store has lost: packed at `at`. */
  | ({ readonly kind: 'recall' } & PackedUse)
  /** What a process has used of its part of limits while the store was lost: packed at `at`. */
  | ({ readonly kind: 'add' } & PackedUse)
  /** So much was taken without the store, or without this library. */
  | { readonly kind: 'used'; readonly cost: Cost }
  /**
   * The process didn't hear of a grant in time: its call goes back. `earlier`: what calls have cost
   * that went back with it, before it.
   */
  | { readonly kind: 'lapse'; readonly call: GrantedCall; readonly earlier?: Cost | undefined }
  /** Nothing is granted to a process that doesn't hear of it, until it is here again. */
  | { readonly kind: 'presence'; readonly isHere: boolean }
  /** The process is gone, with all that it had in flight. */
  | { readonly kind: 'leave' };

/** A command, and the process that it comes from. */
export interface MemberCommand {
  readonly member: string;
  readonly command: LaneCommand;
}
