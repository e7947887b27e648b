import type { Caller } from '../callers/caller.ts';
import type { WaitingCall } from '../queue/waiting-call.ts';
import type { Hold, Verdict } from '../stores/turns-host.ts';
import type { Said, SaidWait } from './forecast.ts';

/** So short a wait for others' turns is none: the limits have room. */
const MOMENT_MS = 50;

/** A call of which it isn't known yet whether it has to wait, and what to do once it is. */
interface Awaiting {
  readonly call: WaitingCall;
  readonly tell: () => void;
}

type Told = Hold & { readonly until: number };

/**
 * What only a store knows of calls that wait: that they have to, for how long and for what. What is
 * to be told of a call is told once the store has said something of it, or of one that it stays
 * behind; or is not asked at all. Time is a parameter.
 *
 * An answer takes as long as there is to tell, however many calls wait.
 */
export class StoreWord {
  /** By number, in the order in which they came. */
  readonly #awaiting = new Map<number, Awaiting>();
  readonly #numbersOf = new Map<Caller, Set<number>>();
  /** The last call that has come, the last one before a question, and the last one before an answer. */
  #lastCome = 0;
  #lastAsked = 0;
  #lastAnswered = 0;
  #ofLane: Told | undefined;
  readonly #ofCallers = new WeakMap<Caller, Told>();

  /**
   * `tell` is called once it is known whether a call that has just come has to wait; unless what is
   * returned is called before.
   */
  await(call: WaitingCall, tell: () => void): () => void {
    const number = ++this.#lastCome;
    this.#awaiting.set(number, { call, tell });
    const numbers = this.#numbersOf.get(call.caller) ?? new Set();
    this.#numbersOf.set(call.caller, numbers.add(number));
    return () => this.#take(number);
  }

  /** A question is asked: about the first of all calls that have come. */
  asking(): void {
    this.#lastAsked = this.#lastCome;
  }

  /**
   * The question is answered: calls that have had their answer still wait. Of the others, and of
   * those that only wait until other processes have had their turn, there is nothing to tell yet.
   */
  answered(verdict: Verdict | undefined, now: number): void {
    if (verdict === undefined) return;
    this.#learn(verdict, now);
    const first = this.#lastAnswered + 1;
    this.#lastAnswered = this.#lastAsked;
    if (this.#isLaneKnown(now)) {
      this.#tellTo(this.#awaiting.keys());
      return;
    }
    const known = new Set<number>();
    for (const { call } of verdict.ofCallers) {
      for (const number of this.#numbersOf.get(call.caller) ?? []) known.add(number);
    }
    // What is known of a caller is news for those of its calls that have come since.
    for (let number = first; number <= this.#lastAsked; number++) {
      const caller = this.#awaiting.get(number)?.call.caller;
      const ofCaller = caller && this.#ofCallers.get(caller);
      if (ofCaller !== undefined && ofCaller.until > now) known.add(number);
    }
    this.#tellTo([...known].sort((one, other) => one - other));
  }

  /** Nobody is asked. */
  tellAll(): void {
    this.asking();
    this.#tellTo(this.#awaiting.keys());
  }

  /** Calls that nobody has been asked about are gone. */
  forget(): void {
    for (let number = this.#lastAsked + 1; number <= this.#lastCome; number++) this.#take(number);
  }

  /** What the store has said last of a call, or of those before it. */
  about(call: WaitingCall, now: number): Said {
    const wait = (told: Told | undefined): SaidWait | undefined => {
      if (told === undefined) return undefined;
      return { reason: told.reason, waitMs: told.until - now, isOwn: told.call === call };
    };
    return { ofLane: wait(this.#ofLane), ofKey: wait(this.#ofCallers.get(call.caller)) };
  }

  #learn({ calls, ofCallers, ofLane }: Verdict, now: number): void {
    const told = (hold: Hold): Told => ({ ...hold, until: now + hold.waitMs });
    for (const { caller } of calls) this.#ofCallers.delete(caller);
    for (const hold of ofCallers) this.#ofCallers.set(hold.call.caller, told(hold));
    this.#ofLane = ofLane && told(ofLane);
  }

  #isLaneKnown(now: number): boolean {
    if (this.#ofLane === undefined) return false;
    const { reason, until } = this.#ofLane;
    return reason !== 'queue' || until - now > MOMENT_MS;
  }

  /** Tells these, in their order, as far as they were asked about; not what comes meanwhile. */
  #tellTo(numbers: Iterable<number>): void {
    const asked: (Awaiting | undefined)[] = [];
    for (const number of numbers) {
      if (number > this.#lastAsked) break;
      asked.push(this.#take(number));
    }
    for (const each of asked) each?.tell();
  }

  #take(number: number): Awaiting | undefined {
    const found = this.#awaiting.get(number);
    if (found === undefined) return undefined;
    this.#awaiting.delete(number);
    const { caller } = found.call;
    const numbers = this.#numbersOf.get(caller);
    numbers?.delete(number);
    if (numbers?.size === 0) this.#numbersOf.delete(caller);
    return found;
  }
}
