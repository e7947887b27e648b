import type { BatchBook } from './batch-book.ts';
import type { Collection } from './collection.ts';
import type { BatchApiJob } from './job.ts';
import type { OpenBatch } from './journal.ts';
import { goneOr, isFatal, lookAfterMs } from './looks.ts';
import type { Rounds } from './rounds.ts';
import type { RunControl } from './run-control.ts';

export interface FollowerOptions {
  readonly job: Pick<BatchApiJob, 'vendor' | 'journal' | 'say'>;
  readonly control: RunControl;
  readonly book: BatchBook;
  readonly rounds: Rounds;
  readonly collection: Collection;
}

/** Follows batches that were submitted until each has ended, and has their results collected. */
export class BatchFollower {
  readonly #options: FollowerOptions;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Resolves when the batch is closed. @throws what stops all batches */
  async follow(token: string, batch: string): Promise<void> {
    const { job, control } = this.#options;
    let isCanceled = false;
    for (let looks = 0; ; looks++) {
      try {
        if (control.isCanceled && !isCanceled) {
          isCanceled = true;
          await job.vendor.cancel(batch);
        }
        if (await this.#isOver(token, batch)) return;
      } catch (error) {
        control.expectGoingOn();
        // Broken connections and 5xx pass, and a batch may end before it is canceled.
        if (isFatal(error)) throw error;
      }
      await control.rest(lookAfterMs(looks));
      control.expectGoingOn();
    }
  }

  /** Looks once. */
  async #isOver(token: string, batch: string): Promise<boolean> {
    const { job, control, book, rounds } = this.#options;
    const state = await job.vendor.state(batch).catch(goneOr);
    control.expectGoingOn();
    const plan = job.journal.open.get(token);
    if (plan === undefined) return true;
    if (state.kind === 'running') book.note(token, state.ended);
    else if (state.kind === 'ended') await this.#collect(plan, batch);
    else if (state.kind === 'gone') {
      job.say(`The provider no longer knows batch ${batch}: its requests are sent again`);
      rounds.again(plan, 'gone');
    } else if (state.code === 'token_limit_exceeded') rounds.deferred(plan);
    else rounds.refused(plan, new Error(state.message));
    return state.kind !== 'running';
  }

  async #collect(plan: OpenBatch, batch: string): Promise<void> {
    const { job, book, rounds, collection } = this.#options;
    const left = await collection.collect(plan, batch);
    book.close(plan, 'collected', left);
    rounds.ended();
    const rest = left.length === 0 ? '' : `, ${left.length} of them to send live`;
    job.say(`Batch ${batch} ended: ${requestsIn(plan)}${rest}`);
    await job.vendor.tidy(batch).catch(() => {});
  }
}

/** How many requests a batch has, in words. */
export function requestsIn({ ids }: Pick<OpenBatch, 'ids'>): string {
  return `${ids.length} ${ids.length === 1 ? 'request' : 'requests'}`;
}
