import { type Cost, plus } from '../model/limits.ts';
import type { Ahead } from '../queue/caller-queue.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import { inFlight, type LaneState } from '../rules/lane-state.ts';
import { capEstimates } from '../rules/limits/limit-waits.ts';
import { LOOKED_AT } from '../rules/pick-next.ts';
import type { Ticket } from '../rules/ticket.ts';
import type { LaneSnapshot, LaneStatus } from './lane-snapshot.ts';
import type { Reservation } from './reservation.ts';

/** A call that wants to know. */
type Asking = Pick<QueuedCall, 'caller' | 'counted' | 'priority' | 'sharedKey' | 'since'>;

/** The calls that other processes have in line, as far as the lane's value knows them. */
export class OthersLine {
  readonly tickets: readonly Ticket[];
  readonly #state: LaneState;
  readonly #self: string;
  /** By how much the lane's time is ahead of this process's clock, in milliseconds. */
  readonly #aheadMs: number;

  /** `self`: this process. */
  constructor(state: LaneState, self: string, aheadMs: number) {
    const others = Object.entries(state.members).filter(
      ([name, { isAway }]) => name !== self && !isAway,
    );
    this.tickets = others.flatMap(([, each]) => each.tickets);
    this.#state = state;
    this.#self = self;
    this.#aheadMs = aheadMs;
  }

  /** The lane as all processes know it; `own`: as this one does. */
  statusOf(own: LaneSnapshot): LaneStatus {
    const members = Object.entries(this.#state.members);
    const others = members.filter(([name]) => name !== this.#self);
    return {
      ...own,
      queued: others.reduce((sum, [, { tickets }]) => sum + tickets.length, own.queued),
      inFlight: Math.max(own.inFlight, inFlight(this.#state)),
      processes: Math.max(1, members.length),
    };
  }

  /** These calls, and all others. */
  with(calls: Ahead): Ahead {
    return this.#sum(calls, this.tickets);
  }

  /**
   * What goes before a call: what `queue` has ahead of it, older calls of its key, and as much of each
   * other key. What of that waits in `queue` is counted there.
   */
  before(call: Asking, queue: FairQueue<Reservation>): Ahead {
    const { caller, counted, priority, sharedKey } = call;
    const same = this.tickets.filter((each) => each.key === sharedKey && this.#isFirst(each, call));
    const elsewhere = this.#sum(NOTHING, same);
    const here = queue.ahead.of(caller, counted, priority, elsewhere);
    const left = new Map<string, number>();
    const most = queue.ahead.own(caller, priority).calls + same.length + 1;
    for (const { sharedKey: key } of queue.front(LOOKED_AT, Number.NEGATIVE_INFINITY)) {
      left.set(key, (left.get(key) ?? most) - 1);
    }
    const others = this.tickets.filter(({ key }) => {
      const mayGo = left.get(key) ?? most;
      left.set(key, mayGo - 1);
      return key !== sharedKey && mayGo > 0;
    });
    return this.#sum(here, others);
  }

  #isFirst({ priority, since }: Ticket, call: Asking): boolean {
    if (priority !== call.priority) return priority > call.priority;
    return since <= call.since + this.#aheadMs;
  }

  #sum({ calls, cost }: Ahead, tickets: readonly Ticket[]): Ahead {
    const costs = tickets.map(
      (each): Cost => capEstimates(this.#state.limits, each.cost, each.expects),
    );
    return { calls: calls + tickets.length, cost: costs.reduce(plus, cost) };
  }
}

const NOTHING: Ahead = { calls: 0, cost: {} };
