import { Rests } from '../batch/rests.ts';
import type { Clock } from '../clock.ts';
import { field } from '../model/json.ts';
import type { Journal, OpenBatch } from './journal.ts';
import { Packing, type Parcel } from './packing.ts';
import type { BatchCall, BatchOutcome, BatchVendor, VendorLimits } from './vendor.ts';
import { isPassing } from './vendor.ts';

/** Calls that are to go through a vendor's Batch API. */
export interface BatchApiJob {
  readonly vendor: BatchVendor;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Lower than the vendor's. */
  readonly limits?: { readonly [name in keyof VendorLimits]?: number | undefined } | undefined;
  /** All of them, each time anew. */
  calls(): AsyncIterable<BatchCall>;
  isDone(id: string): boolean;
  /** Called once for each call that has a result, unless a crash comes between. */
  record(id: string, outcome: BatchOutcome & { kind: 'answered' }): void;
  /** Ends when what was recorded is kept. */
  flush(): void | Promise<void>;
  /** Something to tell the user. */
  say(text: string): void;
}

/** Held in memory while a batch is made, at most: far below both vendors' limits. */
const MOST_BYTES = 32_000_000;
/** A request that a dead process has sent may still arrive for so long. */
const LATE_MS = 30_000;
/** A network may be gone for some minutes; batches that run wait for longer. */
const MOST_FAILURES = 10;
/** Between looks: the documentation's examples look once a minute. */
const FIRST_LOOK_MS = 5_000;
const LONGEST_MS = 60_000;
const LONGER = 1.5;
/** Stops everything: the key, the account, or a host without such an API. */
const FATAL: readonly unknown[] = [401, 402, 403, 404, 405];

/**
 * Sends calls in batches, follows these, and records their results, until no batch is open. What
 * then has no result goes live: it is in `journal.left`, or was stopped before it was submitted.
 *
 * Invariants: a call is in at most one open batch; each batch is in the journal before it is
 * submitted, and until its results are kept.
 */
// Longer than most files: one state, which all of its methods change.
export class BatchApiRun {
  readonly #job: BatchApiJob;
  readonly #rests: Rests;
  readonly #open = new Set<string>();
  readonly #followers = new Set<Promise<void>>();
  readonly #ended = new Map<string, number>();
  #most: VendorLimits;
  /** Calls have come free, and are to be submitted anew. */
  #isAgain = false;
  /** They have to wait until a batch has ended. */
  #needsRoom = false;
  #isCanceling = false;
  #failure: { readonly reason: unknown } | undefined;

  constructor(job: BatchApiJob) {
    this.#job = job;
    this.#rests = new Rests(job.clock);
    const { requests, bytes } = job.vendor.limits;
    const { limits } = job;
    this.#most = {
      requests: Math.min(requests, limits?.requests ?? requests),
      bytes: Math.min(bytes, limits?.bytes ?? MOST_BYTES),
    };
    for (const { ids } of job.journal.open.values()) for (const id of ids) this.#open.add(id);
  }

  /** Whether a batch has that call, so that nothing else may send it. */
  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /** Calls in open batches; of these, those that the vendor has ended. */
  get progress(): { readonly batches: number; readonly calls: number; readonly ended: number } {
    const ended = [...this.#ended.values()].reduce((sum, each) => sum + each, 0);
    return { batches: this.#job.journal.open.size, calls: this.#open.size, ended };
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

  #expectFine(): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

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
    const { vendor, journal, calls, isDone } = this.#job;
    if (this.#isCanceling) return;
    const packing = new Packing(vendor, this.#most);
    for await (const call of calls()) {
      this.#expectFine();
      if (this.#isCanceling) return;
      const { id } = call;
      if (isDone(id) || this.#open.has(id) || journal.left.has(id)) continue;
      const full = packing.add(call);
      if (full === undefined) journal.left.add(id);
      for (const parcel of full ?? []) await this.#submit(parcel);
    }
    for (const parcel of packing.rest()) await this.#submit(parcel);
  }

  async #submit({ token, url, ids, lines }: Parcel): Promise<void> {
    const { journal, clock } = this.#job;
    if (this.#isCanceling) return;
    this.#expectFine();
    const plan = { token, at: Math.round(clock.now()), url, ids };
    journal.plan(plan);
    for (const id of ids) this.#open.add(id);
    const batch = await this.#sent({ ...plan, batch: undefined }, lines);
    if (batch === undefined) return;
    journal.submitted(token, batch);
    this.#job.say(`Batch ${batch}: ${ids.length} requests`);
    this.#follow(this.#followed(token, batch));
  }

  /** The id of the batch; `undefined` where the vendor has refused it. */
  async #sent(plan: OpenBatch, lines: readonly string[]): Promise<string | undefined> {
    for (let failures = 0; ; failures++) {
      try {
        return await this.#job.vendor.submit(plan, plan.url, lines);
      } catch (error) {
        this.#expectFine();
        const status = field(error, 'status');
        if (status === 429) return this.#deferred(plan);
        if (isSaid(status)) return this.#refused(plan, error, status);
        if (failures === MOST_FAILURES) throw error;
      }
      await this.#rests.rest(lookAfterMs(failures));
      // Nobody knows whether it was submitted.
      const found = await this.#found(plan);
      if (found !== undefined) return found;
    }
  }

  /** Too much is queued there: what others have queued has to end first, or this is too large. */
  #deferred(plan: OpenBatch): undefined {
    const { journal } = this.#job;
    const isAlone = journal.open.size === 1;
    const size = plan.ids.length;
    if (isAlone && size === 1) return this.#close(plan, 'too_large', [0]);
    if (isAlone) this.#most = { ...this.#most, requests: Math.ceil(size / 2) };
    this.#close(plan, 'deferred', []);
    this.#isAgain = true;
    this.#needsRoom = true;
  }

  /** @throws the error, where it is about more than this batch */
  #refused(plan: OpenBatch, error: unknown, status?: number): undefined {
    if (FATAL.includes(status)) {
      this.#close(plan, 'refused', []);
      throw error;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#job.say(`The provider refused a batch: ${message}. Its requests go live`);
    this.#close(plan, 'refused', [...plan.ids.keys()]);
  }

  #close({ token, ids }: OpenBatch, why: string, left: readonly number[]): undefined {
    this.#job.journal.close(token, why, left);
    for (const id of ids) this.#open.delete(id);
    this.#ended.delete(token);
  }

  async #resumed(plan: OpenBatch): Promise<void> {
    const { journal, say } = this.#job;
    const { token, batch = await this.#found(plan) } = plan;
    if (batch === undefined) {
      this.#close(plan, 'never_submitted', []);
      this.#isAgain = true;
      return;
    }
    if (plan.batch === undefined) journal.submitted(token, batch);
    say(`Batch ${batch} goes on: ${plan.ids.length} requests`);
    await this.#followed(token, batch);
  }

  /** Looks until it is there, or can't come any more. */
  async #found(plan: OpenBatch): Promise<string | undefined> {
    const { vendor, journal, clock } = this.#job;
    for (let tries = 0; ; tries++) {
      try {
        const isFinal = clock.now() - plan.at > LATE_MS;
        const found = await vendor.find(plan, journal.batches);
        if (typeof found === 'object') return found.batch;
        if (found === 'none' && isFinal) return undefined;
      } catch (error) {
        if (FATAL.includes(field(error, 'status'))) throw error;
      }
      this.#expectFine();
      await this.#rests.rest(lookAfterMs(tries));
    }
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
        if (FATAL.includes(field(error, 'status'))) throw error;
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
    if (state.kind === 'running') this.#ended.set(token, state.ended);
    else if (state.kind === 'ended') await this.#collected(plan, batch);
    else if (state.kind === 'failed') this.#failed(plan, state);
    else this.#gone(plan, batch);
    return state.kind !== 'running';
  }

  async #collected(plan: OpenBatch, batch: string): Promise<void> {
    const { vendor, isDone, record, flush, say } = this.#job;
    const left = new Set(plan.ids.keys());
    for await (const { wireId, outcome } of vendor.results(batch)) {
      this.#expectFine();
      const index = Number(wireId.slice(plan.token.length + 1));
      const id = plan.ids[index];
      if (id === undefined || outcome.kind === 'unanswered' || !left.delete(index)) continue;
      if (!isDone(id)) await this.#kept(() => record(id, outcome));
    }
    this.#expectFine();
    await this.#kept(flush);
    this.#expectFine();
    this.#close(plan, 'collected', [...left]);
    this.#needsRoom = false;
    const rest = left.size === 0 ? '' : `, ${left.size} of them to be sent live`;
    say(`Batch ${batch} has ended: ${plan.ids.length} requests${rest}`);
    await vendor.tidy(batch).catch(() => {});
  }

  /** What can't be kept stops everything: another look would not help. */
  async #kept(keep: () => void | Promise<void>): Promise<void> {
    try {
      await keep();
    } catch (error) {
      this.stop(error);
      throw error;
    }
  }

  #failed(plan: OpenBatch, { code, message }: { code: string; message: string }): void {
    if (code === 'token_limit_exceeded') this.#deferred(plan);
    else this.#refused(plan, new Error(message));
  }

  #gone(plan: OpenBatch, batch: string): void {
    this.#job.say(`The provider doesn't know batch ${batch} any more: its requests are sent anew`);
    this.#close(plan, 'gone', []);
    this.#isAgain = true;
  }
}

/** Whether a status says that nothing was submitted. */
function isSaid(status: unknown): status is number {
  return typeof status === 'number' && !isPassing(status);
}

function goneOr(error: unknown): { readonly kind: 'gone' } {
  if (field(error, 'status') === 404) return { kind: 'gone' };
  throw error;
}

/** Longer after each look. */
function lookAfterMs(looks: number): number {
  return Math.min(LONGEST_MS, FIRST_LOOK_MS * LONGER ** looks);
}
