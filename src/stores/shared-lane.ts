import type { Allotment, Grant, Used } from '../model/grant.ts';
import type { Learned } from '../model/learned.ts';
import type { Cost, Dimension } from '../model/limits.ts';
import type { KeySpec, MeterSpec } from '../model/meter-spec.ts';
import type { HoldReason } from '../model/reason.ts';
import type { PauseCause } from '../model/refusal.ts';

/**
 * The contract of a store: one upstream limit, kept for several processes. Numbers in, numbers out:
 * a store never sleeps. All its times are its own clock's, in milliseconds since the epoch; what a
 * process says of time is how long ago something was.
 *
 * Each process asks only for the calls at the front of its own line. Among processes, first goes the
 * key whose virtual time is least; of its calls the one that has waited longest, those of a higher
 * priority longer than they have; but each tenth goes to the one that came first.
 */
export interface SharedLane {
  /**
   * Asks for calls at the front of this process's line to be let through, and passes on what was
   * noted since.
   * @throws StoreLost where no answer came: nothing is known of what was asked
   */
  ask(ask: Ask): Promise<Answer>;
  /** Passes `note` on with the next question, or soon. */
  note(note: Note): void;
  /** Sends what was noted. */
  flush(): Promise<void>;
}

/** A call at the front of a process's line. */
export interface Candidate {
  /** Of the lane's limits. */
  readonly cost: Cost;
  /** Of the key's own limits. */
  readonly keyCost: Cost;
  /** Who asks; calls without a key share the empty one. */
  readonly key: KeySpec;
  readonly waitedMs: number;
  /** How much longer it is taken to have waited, for its priority; below 0 for a low one. */
  readonly boostMs: number;
  /** When it must be able to go at the latest, as an earlier answer has said. */
  readonly by: number | undefined;
  /** It leaves where it has to wait longer; `undefined` for one that stays. */
  readonly patienceMs?: number | undefined;
}

export interface Ask {
  /** Limits and caution as this process knows them, and the version that they are of. */
  readonly meters: readonly MeterSpec[];
  readonly version: number;
  readonly concurrency: number;
  /** In the order in which they should go; a few at most. */
  readonly candidates: readonly Candidate[];
  /** The call behind them: it isn't asked for yet, but keeps its place before others' later ones. */
  readonly next?: Candidate | undefined;
}

export interface Answer {
  readonly now: number;
  readonly granted: readonly Grant[];
  /** By candidate: how long its key's own limits hold it back. */
  readonly held: readonly {
    readonly index: number;
    readonly waitMs: number;
    readonly dimension: Dimension | 'concurrency';
  }[];
  /** When to ask again for what wasn't granted; `undefined` where nothing is left. */
  readonly wait: { readonly waitMs: number; readonly reason: HoldReason } | undefined;
  /** The first candidate that waits for the lane: how long by itself, and what for. */
  readonly first:
    | {
        readonly index: number;
        readonly waitMs: number;
        readonly reason: HoldReason;
      }
    | undefined;
  /** The first candidate that waits for the lane's limits, and its deadline. */
  readonly head: { readonly index: number; readonly by: number } | undefined;
  /** The pause in force, or the last one. */
  readonly pause:
    | {
        readonly epoch: number;
        readonly cause: PauseCause;
        readonly since: number;
        readonly until: number;
      }
    | undefined;
  /** What others have learned, where this process's version is older. */
  readonly learned: Learned | undefined;
  /** What is left of each limit, by its id. */
  readonly levels: Readonly<Record<string, number>>;
  /** The same of each caller that was asked for, by its id. */
  readonly callers: Readonly<Record<string, Allotment>>;
  /** Processes that this lane has heard of lately, this one included. */
  readonly instances: number;
}

/** What happens to calls that were let through. */
export type Note =
  /** The provider has answered, and didn't refuse. */
  | { readonly kind: 'answered'; readonly epoch: number }
  /** A call has ended: `actual` replaces what was taken. `wasAnswered`: whether the provider said anything. */
  | {
      readonly kind: 'ended';
      readonly epoch: number;
      readonly at: number;
      readonly taken: Cost;
      readonly actual: Cost;
      readonly key: KeySpec;
      readonly keyTaken: Cost;
      readonly keyActual: Cost;
      readonly wasAnswered: boolean;
    }
  /** A response has shown what the server has left. `takenThen`: the grant's `taken`. */
  | {
      readonly kind: 'seen';
      readonly at: number;
      readonly takenThen: Cost;
      readonly sightings: readonly {
        readonly id: string;
        readonly dimension: Dimension;
        readonly max: number;
        readonly remaining: number;
        /** The share that others were counted to use, where a window may be what counts. */
        readonly counted?: number | undefined;
      }[];
    }
  /** The provider has refused a call of that epoch. */
  | {
      readonly kind: 'refused';
      readonly epoch: number;
      readonly cause: PauseCause;
      readonly retryAfterMs: number | undefined;
      /** The limit that the refusal named. */
      readonly dimension?: Dimension | 'concurrency' | undefined;
    }
  /** Limits or caution are others now. */
  | { readonly kind: 'learned'; readonly learned: Omit<Learned, 'version'> }
  /** While the store was lost, this process has taken so much of each of these limits, by its id. */
  | {
      readonly kind: 'used';
      readonly meters: readonly MeterSpec[];
      readonly used: Readonly<Record<string, Used>>;
    }
  /** Nobody waits here any more. */
  | { readonly kind: 'left' };

/** Money, kept for several processes. */
export interface SharedLedger {
  /** Reserves; what was spent and reserved otherwise. Times are the store's. */
  reserve(account: Account, billionths: number): Promise<LedgerAnswer>;
  /** Ends a hold of `billionths` with what it has cost. */
  settle(account: Account, billionths: number, spent: number): void;
}

export interface Account {
  readonly id: string;
  readonly limitBillionths: number;
  readonly windowMs: number;
}

export interface LedgerAnswer {
  readonly isReserved: boolean;
  readonly spent: number;
  readonly reserved: number;
  readonly resetAt: number;
}

/** A store: what `redisStore()` returns. */
export interface Store {
  lane(name: string): SharedLane;
  /**
   * What all processes together have left of a caller's limits.
   * @throws StoreLost where no answer came
   */
  left(key: KeySpec): Promise<Allotment>;
  readonly ledger: SharedLedger;
  /** Told whenever the store is lost or back. Returns what ends that. */
  onChange(listener: (isUp: boolean, cause?: unknown) => void): () => void;
  /**
   * Told a moment before the store is back: what was used without it is to be told by then, so that
   * all know it of each other. Returns what ends that.
   */
  onLastWord(listener: () => void): () => void;
  readonly isUp: boolean;
  /** Processes that the store has lately heard of, this one included. */
  readonly instances: number;
  /** Why it is lost, while it is. */
  readonly lostCause: unknown;
  /**
   * What has to be set right, where it has never been reached for how it was set up: nothing goes
   * without it then.
   */
  readonly remedy?: string | undefined;
  /** What happens while it is lost. */
  readonly onStoreLost: 'local' | 'open' | 'closed';
  close(): Promise<void>;
}
