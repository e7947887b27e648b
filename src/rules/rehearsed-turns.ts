import { interleaved } from './line-order.ts';
import { LOOKED_AT } from './pick-next.ts';
import type { Ticket } from './ticket.ts';
import { type KeyClock, startAfter, startsBefore } from './turns.ts';

/** One caller's calls that have not gone yet, and where it stands. */
interface Turn {
  start: number;
  readonly order: number;
  readonly weight: number;
  readonly tickets: Ticket[];
}

/** Where the caller with that key stands. */
export type ClockOf = (key: string) => Pick<KeyClock, 'start' | 'order' | 'weight'> | undefined;

/** The calls of a line that is rehearsed, and whose turn it is: a copy of the callers' clocks. */
export class RehearsedTurns {
  /** By their turn. */
  readonly #turns: Turn[] = [];
  readonly #turnOf = new Map<Ticket, Turn>();

  /** `clockOf`: of the caller of the call with that index; calls without one are one caller's. */
  constructor(tickets: readonly Ticket[], clockOf: (index: number) => ReturnType<ClockOf>) {
    const byClock = new Map<unknown, Turn>();
    for (const [index, ticket] of tickets.entries()) {
      const clock = clockOf(index);
      let turn = byClock.get(clock);
      if (turn === undefined) {
        const { start = 0, order = 0, weight = 1 } = clock ?? {};
        turn = { start, order, weight, tickets: [] };
        byClock.set(clock, turn);
      }
      turn.tickets.push(ticket);
      this.#turnOf.set(ticket, turn);
    }
    for (const turn of byClock.values()) this.#place(turn);
  }

  /** How many calls have not gone. */
  get size(): number {
    return this.#turnOf.size;
  }

  /** As many of the first calls as are looked at: the first one of each caller, then the second ones. */
  front(): readonly Ticket[] {
    const [only, other] = this.#turns;
    if (other === undefined) return only?.tickets ?? [];
    return interleaved(
      this.#turns.map(({ tickets }) => tickets),
      LOOKED_AT,
    );
  }

  /** A call goes that takes so much of the lane: its caller has its next turn later. */
  remove(ticket: Ticket, size: number): void {
    const turn = this.#turnOf.get(ticket);
    if (turn === undefined) return;
    this.#turnOf.delete(ticket);
    turn.tickets.splice(turn.tickets.indexOf(ticket), 1);
    this.#turns.splice(this.#turns.indexOf(turn), 1);
    if (turn.tickets.length === 0) return;
    turn.start = startAfter(turn, size);
    this.#place(turn);
  }

  #place(turn: Turn): void {
    let place = this.#turns.length;
    while (place > 0 && startsBefore(turn, this.#turns[place - 1] as Turn)) place--;
    this.#turns.splice(place, 0, turn);
  }
}
