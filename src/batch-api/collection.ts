import type { BatchApiJob } from './job.ts';
import type { OpenBatch } from './journal.ts';

export interface CollectionOptions {
  readonly job: Pick<BatchApiJob, 'vendor' | 'isDone' | 'record' | 'flush'>;
  /** @throws where the run is over */
  expectFine(): void;
  /** Ends the run. */
  stop(reason: unknown): void;
}

/** Records the results of batches that have ended. */
export class Collection {
  readonly #options: CollectionOptions;

  constructor(options: CollectionOptions) {
    this.#options = options;
  }

  /** Returns when all results are kept: the indexes of calls that have none. */
  async collect(plan: OpenBatch, batch: string): Promise<number[]> {
    const { job, expectFine } = this.#options;
    const { ids } = plan;
    const isRecorded = new Uint8Array(ids.length);
    for await (const { wireId, outcome } of job.vendor.results(batch)) {
      expectFine();
      const index = Number(wireId.slice(plan.token.length + 1));
      const id = ids.at(index);
      if (id === undefined || outcome.kind === 'unanswered' || isRecorded[index] === 1) continue;
      isRecorded[index] = 1;
      if (!job.isDone(id)) await this.#kept(() => job.record(id, outcome));
    }
    expectFine();
    await this.#kept(job.flush);
    expectFine();
    return [...isRecorded.keys()].filter((index) => isRecorded[index] === 0);
  }

  /** What can't be kept stops everything: another look would not help. */
  async #kept(keep: () => void | Promise<void>): Promise<void> {
    try {
      await keep();
    } catch (error) {
      this.#options.stop(error);
      throw error;
    }
  }
}
