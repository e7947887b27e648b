import { field } from '../model/json.ts';
import type { BatchBook } from './batch-book.ts';
import type { BatchApiJob } from './job.ts';
import type { OpenBatch } from './journal.ts';
import { isFatal } from './looks.ts';
import type { VendorLimits } from './vendor.ts';

/** Held in memory while a batch is made, at most: far below both vendors' limits. */
const MOST_BYTES = 32_000_000;
/** What is before the vendor, such as a proxy, may take less at once. */
const TOO_LARGE = 413;
/** Of batches that are too large: a host that takes none of a 64th takes none. */
const MOST_HALVINGS = 6;

/**
 * Calls are submitted in rounds. Here it is decided what becomes of the calls of a batch that came to
 * nothing: they go into batches in another round, or live.
 */
export class Rounds {
  /** Whether there is another round: some calls are in no batch any more, or there is money again. */
  isWanted = false;
  /** Whether some calls were not submitted in this round, because the purse had no room for them. */
  isShort = false;
  readonly #job: Pick<BatchApiJob, 'journal' | 'say'>;
  readonly #book: BatchBook;
  #limits: VendorLimits;
  #halvings = 0;
  /** Another round waits until a batch has ended. */
  #needsRoom = false;

  constructor(job: Pick<BatchApiJob, 'journal' | 'say' | 'vendor' | 'limits'>, book: BatchBook) {
    const { requests, bytes } = job.vendor.limits;
    this.#job = job;
    this.#book = book;
    this.#limits = {
      requests: Math.min(requests, job.limits?.requests ?? requests),
      bytes: Math.min(bytes, job.limits?.bytes ?? MOST_BYTES),
    };
  }

  /** Of a batch, in the next round. */
  get limits(): VendorLimits {
    return this.#limits;
  }

  /** Whether the next round may begin at once. */
  get isDue(): boolean {
    return this.isWanted && !this.#needsRoom;
  }

  begin(): void {
    this.isWanted = false;
    this.isShort = false;
  }

  /** A batch has ended with results: it may have cost less than was reserved for it. */
  ended(): void {
    this.#needsRoom = false;
    if (this.isShort) this.isWanted = true;
  }

  /** All batches have ended, or the next round is due. */
  settled(): void {
    this.#needsRoom = false;
  }

  /** Too much is queued at the vendor: what others have queued has to end first, or this is too large. */
  deferred(plan: OpenBatch): void {
    const isAlone = this.#job.journal.open.size === 1;
    const size = plan.ids.length;
    if (isAlone && size === 1) {
      this.#book.close(plan, 'too_large', [0]);
      return;
    }
    if (isAlone) this.#halve(plan);
    this.again(plan, 'deferred');
    this.#needsRoom = true;
  }

  /**
   * Its calls go live; into smaller batches, if it was too large.
   * @throws the error, where it is about more than this batch: what has no money now would cost twice as
   * much live, later
   */
  refused(plan: OpenBatch, error: unknown): void {
    if (isFatal(error)) {
      this.#book.close(plan, 'refused', []);
      throw error;
    }
    const isTooLarge = field(error, 'status') === TOO_LARGE && plan.ids.length > 1;
    if (isTooLarge && this.#halvings++ < MOST_HALVINGS) {
      this.#halve(plan);
      this.again(plan, 'too_large');
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#job.say(`The provider refused a batch: ${message}. Its requests are sent live`);
    this.#book.close(plan, 'refused', [...Array(plan.ids.length).keys()]);
  }

  #halve({ ids }: OpenBatch): void {
    this.#limits = { ...this.#limits, requests: Math.ceil(ids.length / 2) };
  }

  /** Its calls go into batches in the next round. */
  again(plan: OpenBatch, why: string): void {
    this.#book.close(plan, why, []);
    this.isWanted = true;
  }
}
