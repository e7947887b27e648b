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
 */
export class StoreWord {
  /** Of calls that nobody has been asked about yet, and of those under question. */
  #unasked: Awaiting[] = [];
  #asked: Awaiting[] = [];
  #ofLane: Told | undefined;
  readonly #ofCallers = new WeakMap<Caller, Told>();

  /** `tell` is called once it is known whether a call that has just come has to wait. */
  await(call: WaitingCall, tell: () => void): void {
    this.#unasked.push({ call, tell });
  }

  /** A question is asked: about the first of all calls that have come. */
  asking(): void {
    this.#asked = [...this.#asked, ...this.#unasked];
    this.#unasked = [];
  }

  /**
   * The question is answered: calls that have had their answer still wait. Of the others, and of
   * those that only wait until other processes have had their turn, there is nothing to tell yet.
   */
  answered(verdict: Verdict | undefined, now: number): void {
    const asked = this.#asked;
    this.#asked = [];
    if (verdict !== undefined) this.#learn(verdict, now);
    const isKnown = (each: Awaiting): boolean =>
      verdict !== undefined && this.#isKnown(each.call, now);
    const [told, rest] = split(asked, isKnown);
    this.#unasked = [...rest, ...this.#unasked];
    tellAll(told);
  }

  /** Nobody is asked. */
  tellAll(): void {
    this.asking();
    const asked = this.#asked;
    this.#asked = [];
    tellAll(asked);
  }

  /** Calls that nobody has been asked about are gone. */
  forget(): void {
    this.#unasked = [];
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

  #isKnown({ caller }: WaitingCall, now: number): boolean {
    const ofCaller = this.#ofCallers.get(caller);
    if (ofCaller !== undefined && ofCaller.until > now) return true;
    if (this.#ofLane === undefined) return false;
    const { reason, until } = this.#ofLane;
    return reason !== 'queue' || until - now > MOMENT_MS;
  }
}

function tellAll(calls: readonly Awaiting[]): void {
  for (const { tell } of calls) tell();
}

function split<T>(list: readonly T[], isFirst: (each: T) => boolean): [T[], T[]] {
  return [list.filter(isFirst), list.filter((each) => !isFirst(each))];
}
