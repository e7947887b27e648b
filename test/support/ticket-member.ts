import type { Clock } from '../../src/clock.ts';
import type { Cell } from '../../src/shared/cell.ts';
import { SharedValue } from '../../src/shared/shared-value.ts';
import type { Ticket, TicketCommand, TicketRules, TicketState } from './ticket-rules.ts';

export interface Acted {
  readonly member: string;
  readonly id: number;
  readonly arrivedAt: number;
  /** When it was decided, by the store's time. */
  readonly decidedAt: number;
  readonly actedAt: number;
}

export interface TicketMemberOptions {
  readonly cell: Cell;
  readonly rules: TicketRules;
  readonly member: string;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
  readonly leaseMs?: number;
  readonly onAct: (acted: Acted) => void;
  /** How long the end of a call may wait to be told. @default 0 */
  readonly endWithinMs?: number | undefined;
}

const LEASE_MS = 10_000;

/** Calls of one process that wait for their turn in a shared line, and take a while. */
export class TicketMember {
  readonly name: string;
  readonly shared: SharedValue<TicketState, TicketCommand, Ticket>;
  readonly waiting = new Map<number, Ticket>();
  readonly running = new Set<number>();
  readonly #clock: Clock;
  readonly #durations = new Map<number, number>();
  /** How often it had to join again. */
  rejoined = 0;
  asked = 0;
  readonly errors: string[] = [];

  readonly #endWithinMs: number;

  constructor({ onAct, endWithinMs = 0, ...options }: TicketMemberOptions) {
    this.#endWithinMs = endWithinMs;
    this.name = options.member;
    this.#clock = options.clock;
    this.shared = new SharedValue<TicketState, TicketCommand, Ticket>({
      ...{ leaseMs: LEASE_MS, ...options },
      act: ({ id, at }, decidedAt) => {
        if (!this.waiting.delete(id)) {
          this.errors.push(`${id} was granted twice`);
          this.#end(id);
          return;
        }
        this.running.add(id);
        const actedAt = this.#clock.now();
        onAct({ member: this.name, id, arrivedAt: at, decidedAt, actedAt });
        this.#clock.setTimeout(() => this.#end(id), this.#durations.get(id) ?? 0);
      },
      restate: () => {
        this.rejoined += 1;
        const waiting = [...this.waiting.values()];
        return [{ kind: 'anew', waiting, running: [...this.running] }];
      },
      isWaiting: () => this.waiting.size > 0,
    });
  }

  ask(id: number, durationMs: number): void {
    const ticket = { id, at: this.shared.now() };
    this.asked += 1;
    this.waiting.set(id, ticket);
    this.#durations.set(id, durationMs);
    this.shared.send({ kind: 'ask', ticket });
  }

  #end(id: number): void {
    this.running.delete(id);
    this.shared.send({ kind: 'end', id }, this.#endWithinMs);
  }
}
