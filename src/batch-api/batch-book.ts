import type { Journal, OpenBatch } from './journal.ts';
import type { Names } from './names.ts';
import type { Parcel } from './packing.ts';
import type { Purse } from './purse.ts';

/**
 * The batches that are open, by the names of their calls, in the journal and in money.
 *
 * Invariants: a call is in at most one open batch; each batch is in the journal before it is
 * submitted, and until its results are kept; what it may cost is reserved as long.
 */
export class BatchBook {
  readonly #journal: Journal;
  readonly #purse: Purse;
  readonly #open: Names;
  readonly #ended = new Map<string, number>();

  /** With what earlier runs have left open. */
  constructor(journal: Journal, purse: Purse, open: Names) {
    this.#journal = journal;
    this.#purse = purse;
    this.#open = open;
    for (const { ids, usd } of journal.open.values()) {
      for (const id of ids) open.add(id);
      purse.hold(usd);
    }
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** Whether it may go into a batch: it is in none, and was in none that ended without it. */
  isFree(id: string): boolean {
    return !this.#open.has(id) && !this.#journal.left.has(id);
  }

  /** Calls in open batches; of these, those that the vendor has ended. */
  get progress(): { readonly batches: number; readonly calls: number; readonly ended: number } {
    const ended = [...this.#ended.values()].reduce((sum, each) => sum + each, 0);
    return { batches: this.#journal.open.size, calls: this.#open.size, ended };
  }

  /** `undefined` where there is not enough money left. */
  open({ token, url, ids, usd }: Parcel, at: number): OpenBatch | undefined {
    if (!this.#purse.take(usd)) return undefined;
    ids.trim();
    const plan = this.#journal.plan({ token, at, url, ids, usd });
    for (const id of ids) this.#open.add(id);
    return plan;
  }

  /** The vendor has ended so many of its calls. */
  note(token: string, ended: number): void {
    this.#ended.set(token, ended);
  }

  /** `left`: indexes of those of its calls that go live. */
  close({ token, ids, usd }: OpenBatch, why: string, left: readonly number[]): void {
    this.#journal.close(token, why, left);
    for (const id of ids) this.#open.delete(id);
    this.#ended.delete(token);
    this.#purse.giveBack(usd);
  }
}
