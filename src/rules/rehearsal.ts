import { amount, type Cost, DIMENSIONS, minus, times } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';
import type { MemberCommand } from './commands.ts';
import { decide } from './decide.ts';
import type { LaneCopy } from './lane-copy.ts';
import type { LaneMember, LaneState } from './lane-state.ts';
import { foundRule } from './learning/charge-belief.ts';
import type { Stage } from './limits/burst-state.ts';
import { LOOKED_AT } from './pick-next.ts';
import { type ChargeTrace, type GrantedCall, type Ticket, ticketOf } from './ticket.ts';
import type { Reserved } from './underway.ts';

/** What a rehearsal has shown. */
export interface Rehearsed {
  /** When the last of the planned calls was sent; infinite where that can't be told. */
  readonly lastAt: number;
  /** What they waited for, most of the time. */
  readonly binding: Reason | undefined;
}

/** What planned calls cost: a list, or what keeps many of them in less room. */
export interface PlannedCosts {
  readonly length: number;
  at(index: number): Cost | undefined;
  /** What the call is expected to leave unused of its cost. */
  unusedAt?(index: number): Cost | undefined;
  /** The same of a call of that cost, as far as these tell. */
  unusedOf?(cost: Cost): Cost;
}

/** Calls that were let through already, of this process. */
export interface CallsUnderway extends Reserved {
  readonly count: number;
}

const SELF = 'rehearsal';
/** Where no call has ended yet. */
const ASSUMED_FLIGHT_MS = 1000;

/** A call in flight. */
interface Flight {
  readonly endsAt: number;
  readonly call: GrantedCall;
  readonly unused: Cost;
}

/**
 * Lets calls through a copy of a lane, by the lane's own rules: first those that wait already, then
 * the planned ones. They are taken to come at once, from one caller; each is in flight for as long as
 * the lane's calls lately were, and gives back then what it is expected to leave unused.
 */
export class Rehearsal {
  readonly #state: LaneState;
  readonly #self: LaneMember;
  readonly #planned: PlannedCosts;
  /** `undefined` where no call has ended yet. */
  readonly #flightMs: number | undefined;
  /** The first ones wait already. */
  readonly #waiting: readonly Pick<Ticket, 'cost' | 'deadline'>[];
  /** In the order in which they end. */
  #flights: Flight[] = [];
  #landed = 0;
  readonly #waited = new Map<Reason, number>();
  #asked = 0;
  #left: number;
  #now: number;
  #lastAt: number;

  constructor(
    { state, startAt }: LaneCopy,
    underway: CallsUnderway,
    waiting: readonly Pick<Ticket, 'cost' | 'deadline'>[],
    planned: PlannedCosts,
  ) {
    this.#state = state;
    this.#now = startAt;
    this.#lastAt = startAt;
    this.#waiting = waiting;
    this.#planned = planned;
    this.#left = waiting.length + planned.length;
    const { count, meanMs } = state.flight;
    this.#flightMs = count > 0 ? meanMs : undefined;
    this.#self = { tickets: [], inFlight: underway.count, granted: [], isAway: false };
    state.members[SELF] = this.#self;
    this.#takeOver(underway);
  }

  /** Calls in flight end one after the other, as evenly as they are long. */
  #takeOver({ count, cost, excess }: CallsUnderway): void {
    const { recovery, limits } = this.#state;
    const each = times(cost, 1 / count);
    const unused = { ...times(excess, 1 / count), ...this.#planned.unusedOf?.(each) };
    const flightMs = this.#flightMs ?? ASSUMED_FLIGHT_MS;
    for (let index = 0; index < count; index++) {
      const endsAt = this.#now + (flightMs * (index + 1)) / count;
      const at = Math.min(this.#now, endsAt - flightMs);
      const call = { id: -1 - index, cost: each, at, epoch: recovery.epoch, taken: limits.taken };
      this.#flights.push({ endsAt, call, unused });
    }
  }

  /** Goes on until so many more have gone, or all; returns whether there are more. */
  goOn(calls: number): boolean {
    const until = Math.max(0, this.#left - calls);
    while (this.#left > until) {
      if (!this.#step()) return false;
    }
    return this.#left > 0;
  }

  get outcome(): Rehearsed {
    const [most] = [...this.#waited].sort(([, one], [, other]) => other - one);
    return { lastAt: this.#left > 0 ? Number.POSITIVE_INFINITY : this.#lastAt, binding: most?.[0] };
  }

  /** Lets go who may go, and waits for the next one; returns whether there is one. */
  #step(): boolean {
    this.#ask();
    const { granted, unfit, blocked } = decide(this.#state, this.#landings(), this.#now);
    this.#left -= granted.length + unfit.length;
    for (const { ticket, call } of granted) this.#went(ticket, call);
    if (blocked === undefined || granted.length > 0) return true;
    const { reason, waitMs } = blocked;
    const freeAt = reason === 'concurrency' ? this.#nextEnd : this.#now + Math.ceil(waitMs);
    const until = Math.min(freeAt, this.#tellsAt);
    this.#waited.set(reason, (this.#waited.get(reason) ?? 0) + until - this.#now);
    if (until === Number.POSITIVE_INFINITY) return false;
    this.#now = until;
    return true;
  }

  /** Calls that have ended by now, as the lane would hear of them. */
  #landings(): MemberCommand[] {
    const commands: MemberCommand[] = [];
    if (!this.#hears) return commands;
    for (let next = this.#next; next !== undefined && next.endsAt <= this.#now; next = this.#next) {
      this.#landed++;
      const { unused } = next;
      const actual = minus(next.call.cost, unused);
      const call = { ...next.call, charge: chargedFor(amount(actual, 'tokens')) };
      const ended = { call, actual, wasAnswered: true, isRefused: false };
      commands.push(
        { member: SELF, command: { kind: 'answered', call, isRefused: false } },
        { member: SELF, command: { kind: 'ended', ...ended } },
      );
      this.#showUnused(unused);
    }
    if (this.#landed < MANY) return commands;
    this.#flights = this.#flights.slice(this.#landed);
    this.#landed = 0;
    return commands;
  }

  /** Responses show that the server has given it back. */
  #showUnused(unused: Cost): void {
    const { limits, learning } = this.#state;
    const isSettled = foundRule(learning.charge)?.isSettled === true;
    if (limits.policy.correction !== 'settled' && !isSettled) return;
    for (const { balance, limit } of limits.meters) {
      const part = amount(unused, limit.dimension);
      if (balance !== undefined) balance.level = Math.min(balance.limit, balance.level + part);
    }
  }

  get #next(): Flight | undefined {
    return this.#flights[this.#landed];
  }

  /** Nobody knows when a slot is free as long as no call has ended. */
  get #hears(): boolean {
    const { limit } = this.#state.learning.concurrency;
    return this.#flightMs !== undefined || limit === Number.POSITIVE_INFINITY;
  }

  get #nextEnd(): number {
    return (this.#hears ? this.#next?.endsAt : undefined) ?? Number.POSITIVE_INFINITY;
  }

  /** When the next call ends whose end may let others go. */
  get #tellsAt(): number {
    const unused = this.#next?.unused ?? {};
    const isUnused = DIMENSIONS.some((each) => amount(unused, each) > 0);
    const isTrial = this.#state.limits.meters.some(({ burst }) => TRIED.includes(burst.stage));
    return isUnused || isTrial ? this.#nextEnd : Number.POSITIVE_INFINITY;
  }

  #ask(): void {
    const { tickets } = this.#self;
    while (tickets.length < LOOKED_AT) {
      const next = this.#call(this.#asked);
      if (next === undefined) return;
      tickets.push(next);
      this.#asked++;
    }
  }

  /** Made as it is asked for: there may be many. */
  #call(id: number): Ticket | undefined {
    const waits = this.#waiting[id];
    if (waits !== undefined) return ticketOf(id, waits.cost, waits.deadline);
    const cost = this.#planned.at(id - this.#waiting.length);
    return cost && ticketOf(id, cost, undefined);
  }

  #went({ id }: Ticket, call: GrantedCall): void {
    const index = id - this.#waiting.length;
    const { cost } = call;
    if (index >= 0) this.#lastAt = this.#now;
    const unused = index < 0 ? this.#planned.unusedOf?.(cost) : this.#planned.unusedAt?.(index);
    const endsAt = this.#now + (this.#flightMs ?? ASSUMED_FLIGHT_MS);
    this.#flights.push({ endsAt, call, unused: unused ?? {} });
  }
}

/** So many ends that are over are forgotten at a time. */
const MANY = 1024;
const TRIED: readonly Stage[] = ['tryPerSecond', 'tryTenSeconds'];

/** What the server has charged in the end, by whatever rule; its answer is compared with nothing. */
function chargedFor(tokens: number): ChargeTrace {
  const charges = { bare: tokens, max: tokens, sum: tokens, expected: tokens };
  return { charges, used: [], round: -1 };
}
