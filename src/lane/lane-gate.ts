import type { Ticket } from '../rules/ticket.ts';
import { NOTHING_DECIDED } from './asked-calls.ts';
import type { LaneKeeper } from './lane-keeper.ts';

/** What is asked of a shared lane waits here until it is known whether an operator has stopped it. */
export class LaneGate {
  /** What waits; `undefined` once it is open. */
  #unasked: (readonly Ticket[])[] | undefined;
  #onOpen: (() => void) | undefined;
  /** Whether the lane was told that it is stopped. */
  #isStopped = false;
  #isOver = false;

  /** `isClosed`: what is asked waits for `open`. */
  constructor(isClosed: boolean) {
    if (isClosed) this.#unasked = [];
  }

  /** Does something once it is open, before anything is asked: it goes along. */
  onceOpen(act: () => void): void {
    if (this.#unasked === undefined) act();
    else this.#onOpen = act;
  }

  /** Nobody uses the lane any more. */
  end(): void {
    this.#isOver = true;
  }

  /** Whether it waits. */
  holds(tickets: readonly Ticket[]): boolean {
    this.#unasked?.push(tickets);
    return this.#unasked !== undefined;
  }

  /** An operator has stopped the lane for `forMs`; 0: not at all. */
  open(keeper: Pick<LaneKeeper, 'tell' | 'ask' | 'onDecision'>, forMs: number): void {
    if (this.#isOver) return;
    const unasked = this.#unasked ?? [];
    this.#unasked = undefined;
    this.#onOpen?.();
    this.#onOpen = undefined;
    if (forMs > 0) keeper.tell({ kind: 'pause', forMs, isOld: true });
    else if (this.#isStopped) keeper.tell({ kind: 'resume' });
    this.#isStopped = forMs > 0;
    // One after the other: who came first may go first.
    for (const tickets of unasked) keeper.ask(tickets);
    keeper.onDecision(NOTHING_DECIDED);
  }
}
