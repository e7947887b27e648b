import type { Ticket } from '../rules/ticket.ts';
import { NOTHING_DECIDED } from './asked-calls.ts';
import type { LaneKeeper } from './lane-keeper.ts';

/** What is asked of a shared lane waits here until it is known whether an operator has stopped it. */
export class LaneGate {
  #unasked: (readonly Ticket[])[] | undefined;
  /** Whether the lane was told that it is stopped. */
  #isStopped = false;

  /** What is asked waits for `open`. */
  close(): void {
    this.#unasked = [];
  }

  /** Whether it waits. */
  holds(tickets: readonly Ticket[]): boolean {
    this.#unasked?.push(tickets);
    return this.#unasked !== undefined;
  }

  /** An operator has stopped the lane for `forMs`; 0: not at all. */
  open(keeper: Pick<LaneKeeper, 'tell' | 'ask' | 'onDecision'>, forMs: number): void {
    const unasked = this.#unasked ?? [];
    this.#unasked = undefined;
    if (forMs > 0) keeper.tell({ kind: 'pause', forMs, isOld: true });
    else if (this.#isStopped) keeper.tell({ kind: 'resume' });
    this.#isStopped = forMs > 0;
    // One after the other: who came first may go first.
    for (const tickets of unasked) keeper.ask(tickets);
    keeper.onDecision(NOTHING_DECIDED);
  }
}
