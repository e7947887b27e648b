import { Rests } from '../batch/rests.ts';
import { BatchBook } from './batch-book.ts';
import { Collection } from './collection.ts';
import type { BatchApiJob } from './job.ts';
import type { OpenBatch } from './journal.ts';
import { goneOr, isFatal, lookAfterMs } from './looks.ts';
import { Packing, type Parcel } from './packing.ts';
import { FULL_PURSE, type Purse } from './purse.ts';
import { Submission } from './submission.ts';
import type { VendorLimits } from './vendor.ts';

/** Held in memory while a batch is made, at most: far below both vendors' limits. */
const MOST_BYTES = 32_000_000;

/**
 * Sends calls in batches, follows these, and records their results, until no batch is open. What
 * then has no result goes live: it is in `journal.left`, or was stopped before it was submitted.
 */
export class BatchApiRun {
  readonly #job: BatchApiJob;
  readonly #rests: Rests;
  readonly #purse: Purse;
  readonly #submission: Submission;
  readonly #collection: Collection;
  readonly #book: BatchBook;
  readonly #followers = new Set<Promise<void>>();
  #most: VendorLimits;
  /** Calls have come free, and are to be submitted anew. */
  #isAgain = false;
  /** They have to wait until a batch has ended. */
  #needsRoom = false;
  #isCanceling = false;
  /** Some calls were not submitted, because the purse had no room for them. */
  #isShort = false;
  #failure: { readonly reason: unknown } | undefined;

  constructor(job: BatchApiJob) {
    const { vendor, journal, clock, limits, purse = FULL_PURSE, open = new Set<string>() } = job;
    const { requests, bytes } = vendor.limits;
    this.#job = job;
    this.#rests = new Rests(clock);
    this.#most = {
      requests: Math.min(requests, limits?.requests ?? requests),
      bytes: Math.min(bytes, limits?.bytes ?? MOST_BYTES),
    };
    this.#book = new BatchBook(journal, purse, open);
    this.#purse = purse;
    const expectFine = this.#expectFine;
    this.#submission = new Submission({ vendor, journal, clock, rests: this.#rests, expectFine });
    this.#collection = new Collection({ job, expectFine, stop: (reason) => this.stop(reason) });
  }

  /** Whether a batch has that call, so that nothing else may send it. */
  isOpen(id: string): boolean {
    return this.#book.has(id);
  }

  /** Whether the purse had no room for some calls, which then have no result and no batch. */
  get isShort(): boolean {
    return this.#isShort && !this.#isCanceling;
  }

  /** Calls in open batches; of these, those that the vendor has ended. */
  get progress(): { readonly batches: number; readonly calls: number; readonly ended: number } {
    return this.#book.progress;
  }

  /** Resolves when no batch is open. @throws what stops everything, and the reason of `stop` */
  async run(): Promise<void> {
    for (const batch of this.#job.journal.open.values()) this.#follow(this.#resumed(batch));
    do {
      this.#isAgain = false;
      await this.#submitAll();
      await this.#settled();
    } while (this.#isAgain && !this.#isCanceling);
    this.#expectFine();
  }

  /** Leaves all batches as they are: a later run goes on with them. */
  stop(reason: unknown): void {
    this.#failure ??= { reason };
    this.#rests.end();
  }

  /** Submits no more, and has batches end with what they have. */
  cancel(): void {
    this.#isCanceling = true;
    this.#rests.wake();
  }

  readonly #expectFine = (): void => {
    if (this.#failure !== undefined) throw this.#failure.reason;
  };

  /** Until nothing is followed, or what came free can be submitted. */
  async #settled(): Promise<void> {
    while (this.#followers.size > 0) {
      this.#expectFine();
      if (this.#isAgain && !this.#needsRoom && !this.#isCanceling) break;
      await Promise.race(this.#followers);
    }
    this.#needsRoom = false;
    this.#expectFine();
  }

  #follow(work: Promise<void>): void {
    const followed = work
      .catch((error: unknown) => this.stop(error))
      .finally(() => this.#followers.delete(followed));
    this.#followers.add(followed);
  }

  async #submitAll(): Promise<void> {
    const { vendor, calls, isDone } = this.#job;
    const packing = new Packing(vendor, this.#most);
    this.#isShort = false;
    for await (const call of calls()) {
      this.#expectFine();
      if (this.#isCanceling) return;
      if (isDone(call.id) || !this.#book.isFree(call.id)) continue;
      const usd = await this.#purse.priceOf(call);
      if (!this.#purse.hasRoom(packing.usd + usd)) {
        this.#isShort = true;
        break;
      }
      const full = packing.add(call, usd);
      if (full === undefined) this.#job.journal.left.add(call.id);
      for (const parcel of full ?? []) await this.#submit(parcel);
    }
    for (const parcel of packing.rest()) await this.#submit(parcel);
  }

  async #submit(parcel: Parcel): Promise<void> {
    const { journal, clock, say } = this.#job;
    if (this.#isCanceling) return;
    this.#expectFine();
    const plan = this.#book.open(parcel, Math.round(clock.now()));
    if (plan === undefined) {
      // Live calls have taken it since: there is room for fewer.
      this.#isAgain = true;
      return;
    }
    const sent = await this.#submission.send(plan, parcel.lines);
    if ('error' in sent) {
      if (sent.status === 429) this.#deferred(plan);
      else this.#refused(plan, sent.error);
      return;
    }
    journal.submitted(plan.token, sent.batch);
    say(`Batch ${sent.batch} submitted: ${requestsIn(plan.ids.length)}`);
    this.#follow(this.#followed(plan.token, sent.batch));
  }

  /** Too much is queued there: what others have queued has to end first, or this is too large. */
  #deferred(plan: OpenBatch): void {
    const { journal } = this.#job;
    const isAlone = journal.open.size === 1;
    const size = plan.ids.length;
    if (isAlone && size === 1) {
      this.#book.close(plan, 'too_large', [0]);
      return;
    }
    if (isAlone) this.#most = { ...this.#most, requests: Math.ceil(size / 2) };
    this.#anew(plan, 'deferred');
    this.#needsRoom = true;
  }

  /** @throws the error, where it is about more than this batch */
  #refused(plan: OpenBatch, error: unknown): void {
    if (isFatal(error)) {
      this.#book.close(plan, 'refused', []);
      throw error;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#job.say(`The provider refused a batch: ${message}. Its requests are sent live`);
    this.#book.close(plan, 'refused', [...Array(plan.ids.length).keys()]);
  }

  async #resumed(plan: OpenBatch): Promise<void> {
    const { journal, say } = this.#job;
    const { token, batch = await this.#submission.find(plan) } = plan;
    if (batch === undefined) return this.#anew(plan, 'never_submitted');
    if (plan.batch === undefined) journal.submitted(token, batch);
    say(`Batch ${batch} resumed: ${requestsIn(plan.ids.length)}`);
    await this.#followed(token, batch);
  }

  async #followed(token: string, batch: string): Promise<void> {
    let isCanceled = false;
    for (let looks = 0; ; looks++) {
      try {
        if (this.#isCanceling && !isCanceled) {
          isCanceled = true;
          await this.#job.vendor.cancel(batch);
        }
        if (await this.#looked(token, batch)) return;
      } catch (error) {
        this.#expectFine();
        // Broken connections and 5xx pass, and a batch may end before it is canceled.
        if (isFatal(error)) throw error;
      }
      await this.#rests.rest(lookAfterMs(looks));
      this.#expectFine();
    }
  }

  /** Whether the batch needs no more looks. */
  async #looked(token: string, batch: string): Promise<boolean> {
    const state = await this.#job.vendor.state(batch).catch(goneOr);
    this.#expectFine();
    const plan = this.#job.journal.open.get(token);
    if (plan === undefined) return true;
    if (state.kind === 'running') this.#book.note(token, state.ended);
    else if (state.kind === 'ended') await this.#collected(plan, batch);
    else if (state.kind === 'failed') this.#failed(plan, state);
    else this.#gone(plan, batch);
    return state.kind !== 'running';
  }

  async #collected(plan: OpenBatch, batch: string): Promise<void> {
    const left = await this.#collection.collect(plan, batch);
    this.#book.close(plan, 'collected', left);
    this.#needsRoom = false;
    // It may have cost less than was reserved for it.
    if (this.#isShort) this.#isAgain = true;
    const rest = left.length === 0 ? '' : `, ${left.length} of them to send live`;
    this.#job.say(`Batch ${batch} ended: ${requestsIn(plan.ids.length)}${rest}`);
    await this.#job.vendor.tidy(batch).catch(() => {});
  }

  #failed(plan: OpenBatch, { code, message }: { code: string; message: string }): void {
    if (code === 'token_limit_exceeded') this.#deferred(plan);
    else this.#refused(plan, new Error(message));
  }

  #gone(plan: OpenBatch, batch: string): void {
    this.#job.say(`The provider no longer knows batch ${batch}: its requests are sent again`);
    this.#anew(plan, 'gone');
  }

  #anew(plan: OpenBatch, why: string): void {
    this.#book.close(plan, why, []);
    this.#isAgain = true;
  }
}

function requestsIn(count: number): string {
  return `${count} ${count === 1 ? 'request' : 'requests'}`;
}
