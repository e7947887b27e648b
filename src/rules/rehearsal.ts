import { copyOfValue } from '../model/copy.ts';
import type { Cost } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';
import { change, decide } from './decide.ts';
import type { LaneMember, LaneState } from './lane-state.ts';
import { hold } from './learning/evidence.ts';
import { foreseeTrials } from './limits/burst-evidence.ts';
import { LOOKED_AT } from './pick-next.ts';
import { pauseOf } from './recovery-state.ts';
import type { Ticket } from './ticket.ts';

/** A copy of a lane, to let calls through as the lane would, in a time of its own. */
export interface LaneCopy {
  readonly state: LaneState;
  /** When calls may go: now, or when its pause is over. */
  readonly startAt: number;
}

/**
 * Nothing that is done to the copy changes the lane. Calls that wait are left out. What the last
 * response has said of limits is taken to be said again by those to come.
 */
export function copyOf(state: LaneState, now: number): LaneCopy {
  const copy = copyOfValue({ ...state, members: {} });
  for (const each of copy.learning.known.evidence) hold(each, now);
  const pause = pauseOf(copy.recovery);
  const startAt = Math.max(now, pause?.until ?? now);
  if (pause !== undefined) change(copy, [], startAt);
  // The probe after a pause, and the first call of all, are taken to be answered at once.
  copy.recovery.phase = 'open';
  foreseeTrials(copy.limits);
  return { state: copy, startAt };
}

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
}

const SELF = 'rehearsal';

/**
 * Lets calls through a copy of a lane, by the lane's own rules: first those that wait already, then
 * the planned ones. They are taken to come at once, from one caller, and to cost what is reserved
 * for them; each is in flight for as long as the lane's calls lately were.
 */
export class Rehearsal {
  readonly #state: LaneState;
  readonly #self: LaneMember;
  readonly #costs: PlannedCosts;
  readonly #flightMs: number;
  /** The first ones wait already. */
  readonly #waiting: readonly Pick<Ticket, 'cost' | 'deadline'>[];
  /** When those in flight end; the earliest is the first. */
  #ends: number[];
  readonly #waited = new Map<Reason, number>();
  #ended = 0;
  #asked = 0;
  #left: number;
  #now: number;
  #lastAt: number;

  constructor(
    { state, startAt }: LaneCopy,
    inFlight: number,
    waiting: readonly Pick<Ticket, 'cost' | 'deadline'>[],
    costs: PlannedCosts,
  ) {
    this.#state = state;
    this.#now = startAt;
    this.#lastAt = startAt;
    this.#waiting = waiting;
    this.#costs = costs;
    this.#left = waiting.length + costs.length;
    const { count, meanMs } = state.flight;
    this.#flightMs = count > 0 ? meanMs : Number.POSITIVE_INFINITY;
    const shareOf = (index: number): number => (this.#flightMs * (index + 1)) / inFlight;
    this.#ends = Array.from({ length: inFlight }, (_, index) => startAt + shareOf(index));
    this.#self = { tickets: [], inFlight, granted: [], isAway: false };
    state.members[SELF] = this.#self;
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
    this.#endFlights();
    this.#ask();
    const { granted, unfit, blocked } = decide(this.#state, [], this.#now);
    this.#left -= granted.length + unfit.length;
    for (const { ticket } of granted) this.#went(ticket);
    if (blocked === undefined || granted.length > 0) return true;
    const isSlot = blocked.reason === 'concurrency';
    const waitMs = isSlot ? this.#nextEnd - this.#now : Math.ceil(blocked.waitMs);
    this.#waited.set(blocked.reason, (this.#waited.get(blocked.reason) ?? 0) + waitMs);
    if (waitMs === Number.POSITIVE_INFINITY) return false;
    this.#now += waitMs;
    return true;
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
    const cost = this.#costs.at(id - this.#waiting.length);
    return cost && ticketOf(id, cost, undefined);
  }

  #went({ id }: Ticket): void {
    if (id >= this.#waiting.length) this.#lastAt = this.#now;
    this.#ends.push(this.#now + this.#flightMs);
  }

  get #nextEnd(): number {
    return this.#ends[this.#ended] ?? Number.POSITIVE_INFINITY;
  }

  #endFlights(): void {
    while (this.#nextEnd <= this.#now) {
      this.#ended++;
      this.#self.inFlight--;
    }
    if (this.#ended < MANY) return;
    this.#ends = this.#ends.slice(this.#ended);
    this.#ended = 0;
  }
}

/** So many ends that are over are forgotten at a time. */
const MANY = 1024;

function ticketOf(id: number, cost: Cost, deadline: number | undefined): Ticket {
  return { id, since: 0, priority: 0, key: '', weight: 1, cost, expects: [], deadline };
}
