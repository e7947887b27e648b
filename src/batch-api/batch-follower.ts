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

/** What a look at a batch has found: `lacking` results that the vendor says to have. */
type Found = 'running' | 'lacking' | 'over';

const AGAIN = 'its requests are sent again';
/** Looks at a batch that has ended, while results are lacking: of about ten minutes. */
const MOST_LACKS = 12;

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
    let lacks = 0;
    for (let looks = 0; ; looks++) {
      try {
        if (control.isCanceled && !isCanceled) {
          isCanceled = true;
          await job.vendor.cancel(batch);
        }
        const found = await this.#look(token, batch, lacks === MOST_LACKS);
        if (found === 'over') return;
        if (found === 'lacking') lacks++;
      } catch (error) {
        control.expectGoingOn();
        // Broken connections and 5xx pass, and a batch may end before it is canceled.
        if (isFatal(error)) throw error;
      }
      await control.rest(lookAfterMs(looks));
      control.expectGoingOn();
    }
  }

  /** `isLast`: what is lacking now doesn't come any more. */
  async #look(token: string, batch: string, isLast: boolean): Promise<Found> {
    const { job, control, book, rounds } = this.#options;
    const state = await job.vendor.state(batch).catch(goneOr);
    control.expectGoingOn();
    const plan = job.journal.open.get(token);
    if (plan === undefined) return 'over';
    if (state.kind === 'ended') return this.#collect(plan, batch, state.succeeded, isLast);
    if (state.kind === 'running') book.note(token, state.ended);
    else if (state.kind === 'gone') {
      job.say(`The provider no longer knows batch ${batch}: ${AGAIN}`);
      rounds.again(plan, 'gone');
    } else if (state.code === 'token_limit_exceeded') rounds.deferred(plan);
    else rounds.refused(plan, Object.assign(new Error(state.message), { error: state }));
    return state.kind === 'running' ? 'running' : 'over';
  }

  /** What the vendor says to have answered is not sent again before it has had time to show it. */
  async #collect(
    plan: OpenBatch,
    batch: string,
    expected: number,
    isLast: boolean,
  ): Promise<Found> {
    const { job, book, rounds, collection } = this.#options;
    const found = await collection.collect(plan, batch).catch(goneOr);
    const isGone = 'kind' in found;
    if (!isLast && (isGone || found.succeeded < expected)) return 'lacking';
    if (isGone) {
      job.say(`The provider no longer has the results of batch ${batch}: ${AGAIN}`);
      rounds.again(plan, 'gone');
      return 'over';
    }
    const { left } = found;
    book.close(plan, 'collected', left);
    rounds.ended();
    const rest = left.length === 0 ? '' : `, ${left.length} of them to send live`;
    job.say(`Batch ${batch} ended: ${requestsIn(plan)}${rest}`);
    await job.vendor.tidy(batch).catch(() => {});
    return 'over';
  }
}

/** How many requests a batch has, in words. */
export function requestsIn({ ids }: Pick<OpenBatch, 'ids'>): string {
  return `${ids.length} ${ids.length === 1 ? 'request' : 'requests'}`;
}
