import type { LedgerAnswer } from '../stores/shared-lane.ts';
import { InTurn } from './in-turn.ts';

/** What a process says of an account: all of it each time, so that saying it twice does no harm. */
export interface Statement {
  /** Greater each time: what arrives late is not listened to. */
  readonly seq: number;
  readonly held: number;
  /** All that this process has ever spent of it, and how much of that the server has confirmed. */
  readonly total: number;
  readonly heard: number;
  /** What the server last said, in case it forgets. */
  readonly seen: { readonly spent: number; readonly resetAt: number } | undefined;
  readonly limit?: number;
  /** To be reserved, if there is room. */
  readonly amount?: number;
  /** Nothing more will be heard of it. */
  readonly isLast?: boolean;
}

type Ask = (statement: Statement) => Promise<LedgerAnswer>;

/** One account, as one process sees it. Its statements are made one after the other. */
export class RedisAccount {
  readonly #ask: Ask;
  #seq = 0;
  #held = 0;
  #total = 0;
  #heard = 0;
  #seen: Statement['seen'];
  /** Whether the server knows what is held. */
  #isTold = true;
  readonly #turns = new InTurn();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Whether the server needs to hear nothing of it. */
  get isIdle(): boolean {
    return this.#isTold && this.#held === 0;
  }

  reserve(limit: number, amount: number): Promise<LedgerAnswer> {
    return this.#turns.do(async () => {
      const answer = await this.#say({ limit, amount });
      if (answer.isReserved) this.#held += amount;
      return answer;
    });
  }

  settle(held: number, spent: number): void {
    this.#held -= held;
    this.#total += spent;
    this.#isTold = false;
  }

  flush(): Promise<LedgerAnswer> {
    return this.#turns.do(() => this.#say({}));
  }

  /** The last that is said. */
  leave(): Promise<LedgerAnswer> {
    return this.#turns.do(() => this.#say({ isLast: true }));
  }

  async #say(more: Pick<Statement, 'limit' | 'amount' | 'isLast'>): Promise<LedgerAnswer> {
    const [held, total, heard] = [this.#held, this.#total, this.#heard];
    this.#isTold = false;
    const statement = { seq: ++this.#seq, held, total, heard, seen: this.#seen, ...more };
    const answer = await this.#ask(statement);
    this.#heard = total;
    this.#seen = { spent: answer.spent, resetAt: answer.resetAt };
    this.#isTold = this.#held === held && this.#total === total;
    return answer;
  }
}
