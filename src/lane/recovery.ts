import type { PauseCause } from '../model/refusal.ts';

/** The wait after a refusal that names none; doubled for each one that follows without a success. */
const FIRST_BACKOFF_MS = 1000;
/** The least wait after a second refusal in a row, whatever it says; doubled likewise. */
const FIRST_FLOOR_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** Calls in flight until the first answer, where nothing is known of the limits. */
const COLD = 1;
/**
 * Where nothing paces the lane, each answered call lets one more be in flight: twice as many after
 * each round trip. Of so many nobody knows of a limit.
 */
export const WIDE_OPEN = 4096;

/** What the provider said of a refused call. */
export interface RefusedCall {
  /** The epoch in which the call was admitted. */
  readonly epoch: number;
  readonly cause: PauseCause;
  readonly retryAfterMs: number | undefined;
}

export interface Pause {
  readonly cause: PauseCause;
  readonly since: number;
  readonly until: number;
}

type Phase =
  | { readonly name: 'open' }
  | { readonly name: 'paused'; readonly pause: Pause }
  /** After a pause: one call, and for each that is answered one more. */
  | { readonly name: 'probing'; allowed: number; unanswered: number };

/**
 * When a lane stops for the provider's refusals, and how it finds back. Time is a parameter.
 *
 * Invariant: a refusal counts only if its call was admitted in the present epoch, which every
 * pause ends: however many calls one shortage hits, it pauses the lane once.
 */
export class Recovery {
  #phase: Phase;
  #epoch = 0;
  /** Refusals since the last success. */
  #streak = 0;

  /** `isCold`: nothing is known of the limits yet, so that it starts as after a pause. */
  constructor(isCold = false) {
    this.#phase = isCold ? { name: 'probing', allowed: COLD, unanswered: 0 } : { name: 'open' };
  }

  /** The pause in force, if there is one. */
  get pause(): Pause | undefined {
    return this.#phase.name === 'paused' ? this.#phase.pause : undefined;
  }

  /** Whether another call may start, as far as pauses go. */
  get isPassable(): boolean {
    const phase = this.#phase;
    return phase.name === 'open' || (phase.name === 'probing' && phase.unanswered < phase.allowed);
  }

  /** Whether the next call is the first after a pause. */
  get isProbe(): boolean {
    return this.#phase.name === 'probing' && this.#phase.allowed === 1;
  }

  /** Notes that a call starts, and says in which epoch. */
  start(): number {
    if (this.#phase.name === 'probing') this.#phase.unanswered++;
    return this.#epoch;
  }

  /**
   * A call that started in `epoch` was answered, well or badly, but not refused. Where limits pace
   * the lane (`isPaced`) that is enough to open it; else it lets one more call through.
   */
  answer(epoch: number, isPaced: boolean): void {
    if (epoch !== this.#epoch) return;
    this.#streak = 0;
    if (this.#phase.name !== 'probing') return;
    this.#phase.unanswered--;
    if (isPaced || ++this.#phase.allowed > WIDE_OPEN) this.#phase = { name: 'open' };
  }

  /** A call that started in `epoch` came to nothing: it says nothing about the provider. */
  forget(epoch: number): void {
    if (epoch === this.#epoch && this.#phase.name === 'probing') this.#phase.unanswered--;
  }

  /** The pause that a refusal begins; `undefined` where an earlier one has dealt with it. */
  refuse(call: RefusedCall, now: number): Pause | undefined {
    if (call.epoch !== this.#epoch) return undefined;
    const waitMs = Math.max(call.retryAfterMs ?? this.#backoff(), this.#floor());
    const pause = { cause: call.cause, since: now, until: now + waitMs };
    this.#epoch++;
    this.#streak++;
    this.#phase = { name: 'paused', pause };
    return pause;
  }

  /** Another process has been refused: the provider takes no calls of anybody's. */
  adopt(pause: Pause): void {
    this.#epoch++;
    this.#phase = { name: 'paused', pause };
  }

  /** Whether nothing is known of the limits yet. */
  get isCold(): boolean {
    return this.isProbing && this.#epoch === 0;
  }

  /** Calls in flight, at most, while nothing is known of the limits. */
  get allowed(): number {
    if (this.#phase.name !== 'probing' || !this.isCold) return Number.POSITIVE_INFINITY;
    return this.#phase.allowed;
  }

  /** Whether few calls are in flight until one is answered. */
  get isProbing(): boolean {
    return this.#phase.name === 'probing';
  }

  /** The limits have become known: no need to feel the way any more, unless after a refusal. */
  open(): void {
    if (this.isCold) this.#phase = { name: 'open' };
  }

  /** No answer for a while, and no refusal either: twice as many calls may go. */
  widen(): void {
    if (this.#phase.name === 'probing') this.#phase.allowed *= 2;
  }

  /** Ends the pause. */
  resume(): void {
    this.#phase = { name: 'probing', allowed: 1, unanswered: 0 };
  }

  #backoff(): number {
    return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#streak);
  }

  #floor(): number {
    if (this.#streak === 0) return 0;
    return Math.min(LONGEST_BACKOFF_MS, FIRST_FLOOR_MS * 2 ** (this.#streak - 1));
  }
}
