import { BatchBook } from './batch-book.ts';
import { BatchFollower, requestsIn } from './batch-follower.ts';
import { Collection } from './collection.ts';
import type { BatchApiJob } from './job.ts';
import type { OpenBatch } from './journal.ts';
import { isMoney } from './looks.ts';
import { Packing, type Parcel } from './packing.ts';
import { FULL_PURSE, type Purse } from './purse.ts';
import { Rounds } from './rounds.ts';
import { RunControl } from './run-control.ts';
import { Submission } from './submission.ts';
import type { VendorLimits } from './vendor.ts';

/**
 * Sends calls in batches, follows these, and records their results, until no batch is open. What
 * then has no result goes live: it is in `journal.left`, or was stopped before it was submitted.
 */
export class BatchApiRun {
  readonly #job: BatchApiJob;
  readonly #control: RunControl;
  readonly #purse: Purse;
  readonly #book: BatchBook;
  readonly #rounds: Rounds;
  readonly #submission: Submission;
  readonly #follower: BatchFollower;
  readonly #following = new Set<Promise<void>>();

  constructor(job: BatchApiJob) {
    const { vendor, journal, clock, purse = FULL_PURSE, open = new Set<string>() } = job;
    const control = new RunControl(clock);
    const book = new BatchBook(journal, purse, open);
    const rounds = new Rounds(job, book);
    const collection = new Collection(job, control);
    this.#job = job;
    this.#control = control;
    this.#purse = purse;
    this.#book = book;
    this.#rounds = rounds;
    this.#submission = new Submission({ vendor, journal, clock, control });
    this.#follower = new BatchFollower({ job, control, book, rounds, collection });
  }

  /** Whether a batch has that call, so that nothing else may send it. */
  isOpen(id: string): boolean {
    return this.#book.has(id);
  }

  /** Whether the purse had no room for some calls, which then have no result and no batch. */
  get isShort(): boolean {
    return this.#rounds.isShort && !this.#control.isCanceled;
  }

  /** Calls in open batches; of these, those that the vendor has ended. */
  get progress(): { readonly batches: number; readonly calls: number; readonly ended: number } {
    return this.#book.progress;
  }

  /** Resolves when no batch is open. @throws what stops everything, and the reason of `stop` */
  async run(): Promise<void> {
    for (const batch of this.#job.journal.open.values()) this.#begin(this.#resumed(batch));
    do {
      this.#rounds.begin();
      await this.#submitAll();
      await this.#settled();
    } while (this.#rounds.isWanted && !this.#control.isCanceled);
    this.#control.expectGoingOn();
  }

  /** Leaves all batches as they are: a later run goes on with them. */
  stop(reason: unknown): void {
    this.#control.stop(reason);
  }

  /** Submits no more, and has batches end with what they have. */
  cancel(): void {
    this.#control.cancel();
  }

  /** Until nothing is followed, or the next round may begin. */
  async #settled(): Promise<void> {
    while (this.#following.size > 0) {
      this.#control.expectGoingOn();
      if (this.#rounds.isDue && !this.#control.isCanceled) break;
      await Promise.race(this.#following);
    }
    this.#rounds.settled();
    this.#control.expectGoingOn();
  }

  /** Follows a batch, beside the others. */
  #begin(work: Promise<void>): void {
    const followed = work
      .catch((error: unknown) => this.stop(error))
      .finally(() => this.#following.delete(followed));
    this.#following.add(followed);
  }

  async #submitAll(): Promise<void> {
    const { vendor, calls, isDone, journal } = this.#job;
    const { limits } = this.#rounds;
    const packing = new Packing(vendor, limits);
    for await (const call of calls()) {
      this.#control.expectGoingOn();
      if (this.#control.isCanceled || limits !== this.#rounds.limits) return;
      if (isDone(call.id) || !this.#book.isFree(call.id)) continue;
      const usd = await this.#purse.priceOf(call);
      if (!this.#purse.hasRoom(packing.usd + usd)) {
        this.#rounds.isShort = true;
        break;
      }
      const full = packing.add(call, usd);
      if (full === undefined) journal.left.add(call.id);
      await this.#submit(full ?? [], limits);
    }
    await this.#submit(packing.rest(), limits);
  }

  /** Where one was too large, the others are, too: the next round packs them anew. */
  async #submit(parcels: Iterable<Parcel>, limits: VendorLimits): Promise<void> {
    for (const parcel of parcels) {
      if (this.#control.isCanceled || limits !== this.#rounds.limits) return;
      await this.#submitOne(parcel);
    }
  }

  async #submitOne(parcel: Parcel): Promise<void> {
    this.#control.expectGoingOn();
    const plan = this.#book.open(parcel, Math.round(this.#job.clock.now()));
    if (plan === undefined) {
      // Live calls have taken the money for it since: there is room for fewer.
      this.#rounds.isWanted = true;
      return;
    }
    const sent = await this.#submission.send(plan, parcel.lines);
    if ('batch' in sent) {
      const { journal, say } = this.#job;
      journal.submitted(plan.token, sent.batch);
      say(`Batch ${sent.batch} submitted: ${requestsIn(plan)}`);
      this.#begin(this.#follower.follow(plan.token, sent.batch));
    } else if (sent.status === 429 && !isMoney(sent.error)) this.#rounds.deferred(plan);
    else this.#rounds.refused(plan, sent.error);
  }

  /** Goes on with a batch of an earlier run, which may have been submitted or not. */
  async #resumed(plan: OpenBatch): Promise<void> {
    const { journal, say } = this.#job;
    const { token, batch = await this.#submission.find(plan) } = plan;
    if (batch === undefined) return this.#rounds.again(plan, 'never_submitted');
    if (plan.batch === undefined) journal.submitted(token, batch);
    say(`Batch ${batch} resumed: ${requestsIn(plan)}`);
    await this.#follower.follow(token, batch);
  }
}
