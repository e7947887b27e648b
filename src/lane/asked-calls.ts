import type { Decision, Grant } from '../rules/decide.ts';
import type { Ticket } from '../rules/ticket.ts';
import type { LaneAnswer } from '../shared/lane-answer.ts';

/** So many calls ask at a time: enough to keep a fast store busy, and few where most of them have to wait. */
const ASKED = 16;

/** Nothing was decided. */
export const NOTHING_DECIDED: Decision = { granted: [], unfit: [], held: [], blocked: undefined };

/**
 * The calls at the front of this process's queue, and those that have asked a shared lane and wait for its
 * answer. The two differ as soon as calls come, leave or are answered.
 */
export class AskedCalls {
  /** Those that have asked and were not answered, by number. */
  #open = new Map<number, Ticket>();
  /** The first calls of the queue. */
  #front: readonly Ticket[] = [];

  /** Whether any call waits. */
  get isWaiting(): boolean {
    return this.#front.length > 0;
  }

  /** The queue has other calls in front, or fewer. */
  wait(tickets: readonly Ticket[]): void {
    this.#front = tickets.slice(0, ASKED);
  }

  /**
   * Whether the lane has to know the front of the queue anew: a call has left, or another one is
   * ahead of those that have asked; or few of these are left.
   */
  get isNews(): boolean {
    const front = new Set(this.#front.map(({ id }) => id));
    const open = [...this.#open.keys()];
    if (open.some((id) => !front.has(id))) return true;
    const first = this.#front.findIndex(({ id }) => !this.#open.has(id));
    return first !== -1 && (open.length <= ASKED / 2 || first < open.length);
  }

  /** Asks for the front of the queue. `aheadMs`: by how much the lane's time is ahead of this clock. */
  ask(aheadMs: number): Ticket[] {
    this.#open = new Map(this.#front.map((ticket) => [ticket.id, ticket]));
    return this.#front.map((ticket): Ticket => {
      const { id, since, priority, sharedKey: key = '', weight, refusals } = ticket;
      const { cost, charges, expects } = ticket;
      const own = { id, since: since + aheadMs, priority, key, weight, refusals };
      return { ...own, cost, charges, expects, deadline: undefined };
    });
  }

  /** Whether the call has asked and was not answered. */
  isOpen(id: number): boolean {
    return this.#open.has(id);
  }

  /** What was asked is void. */
  forget(): void {
    this.#open.clear();
  }

  /** What an answer decides about one of the calls, or about all of them. */
  decisionOf(answer: LaneAnswer): Decision {
    if (answer.kind === 'blocked') {
      const { reason } = answer;
      return { ...NOTHING_DECIDED, blocked: { reason, waitMs: Number.POSITIVE_INFINITY } };
    }
    const ticket = this.answered(answer);
    if (answer.kind === 'lapsed') return NOTHING_DECIDED;
    const member = '';
    if (answer.kind === 'unfit')
      return { ...NOTHING_DECIDED, unfit: [{ ...answer, ticket, member }] };
    const own = ticket.ownCost ?? answer.call.cost;
    return { ...NOTHING_DECIDED, granted: [{ member, ticket, call: answer.call, own }] };
  }

  /** The call that was answered, or what stands for one that nobody waits for any more. */
  answered({ id }: Pick<Grant['ticket'], 'id'>): Grant['ticket'] {
    const ticket = this.#open.get(id);
    this.#open.delete(id);
    const unset = { key: '', weight: 1, cost: {}, expects: [], deadline: undefined };
    return ticket ?? { id, since: 0, priority: 0, ...unset };
  }
}
