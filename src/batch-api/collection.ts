import type { BatchApiJob } from './job.ts';
import type { OpenBatch } from './journal.ts';
import type { RunControl } from './run-control.ts';
import { isSuccess } from './vendor.ts';

/** What the results of a batch were. */
export interface Collected {
  /** Indexes of calls that have none. */
  readonly left: readonly number[];
  /** Calls that went well. */
  readonly succeeded: number;
}

/** Records the results of batches that have ended. */
export class Collection {
  readonly #job: Pick<BatchApiJob, 'vendor' | 'isDone' | 'record' | 'flush'>;
  readonly #control: RunControl;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    job: Pick<BatchApiJob, 'vendor' | 'isDone' | 'record' | 'flush'>,
    control: RunControl,
  ) {
    this.#job = job;
    this.#control = control;
  }

  /**
   * Resolves when all results are kept that are there. Batches that end together come one after the
   * other: their results would be in memory all at once.
   */
  collect(plan: OpenBatch, batch: string): Promise<Collected> {
    const collected = this.#last.then(() => this.#collected(plan, batch));
    this.#last = collected.catch(() => {});
    return collected;
  }

  async #collected(plan: OpenBatch, batch: string): Promise<Collected> {
    const job = this.#job;
    const { ids } = plan;
    const isRecorded = new Uint8Array(ids.length);
    let succeeded = 0;
    for await (const { wireId, outcome } of job.vendor.results(batch)) {
      this.#control.expectGoingOn();
      const index = indexIn(plan, wireId);
      const id = ids.at(index);
      if (id === undefined || outcome.kind === 'unanswered' || isRecorded[index] === 1) continue;
      isRecorded[index] = 1;
      if (isSuccess(outcome.status)) succeeded++;
      if (!job.isDone(id)) await this.#kept(() => job.record(id, outcome));
    }
    this.#control.expectGoingOn();
    await this.#kept(job.flush);
    this.#control.expectGoingOn();
    const left = [...isRecorded.keys()].filter((index) => isRecorded[index] === 0);
    return { left, succeeded };
  }

  /** What can't be kept stops everything: another look would not help. */
  async #kept(keep: () => void | Promise<void>): Promise<void> {
    try {
      await keep();
    } catch (error) {
      this.#control.stop(error);
      throw error;
    }
  }
}

/** `NaN` for a line that names none of its calls: it is nobody's answer. */
function indexIn({ token }: OpenBatch, wireId: string): number {
  return wireId.startsWith(`${token}-`) ? Number(wireId.slice(token.length + 1) || NaN) : NaN;
}
