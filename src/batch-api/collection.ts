import type { BatchApiJob } from './job.ts';
import type { OpenBatch } from './journal.ts';
import type { RunControl } from './run-control.ts';

/** Records the results of batches that have ended. */
export class Collection {
  readonly #job: Pick<BatchApiJob, 'vendor' | 'isDone' | 'record' | 'flush'>;
  readonly #control: RunControl;

  constructor(
    job: Pick<BatchApiJob, 'vendor' | 'isDone' | 'record' | 'flush'>,
    control: RunControl,
  ) {
    this.#job = job;
    this.#control = control;
  }

  /** Returns when all results are kept: the indexes of calls that have none. */
  async collect(plan: OpenBatch, batch: string): Promise<number[]> {
    const job = this.#job;
    const { ids } = plan;
    const isRecorded = new Uint8Array(ids.length);
    for await (const { wireId, outcome } of job.vendor.results(batch)) {
      this.#control.expectGoingOn();
      const index = Number(wireId.slice(plan.token.length + 1));
      const id = ids.at(index);
      if (id === undefined || outcome.kind === 'unanswered' || isRecorded[index] === 1) continue;
      isRecorded[index] = 1;
      if (!job.isDone(id)) await this.#kept(() => job.record(id, outcome));
    }
    this.#control.expectGoingOn();
    await this.#kept(job.flush);
    this.#control.expectGoingOn();
    return [...isRecorded.keys()].filter((index) => isRecorded[index] === 0);
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
