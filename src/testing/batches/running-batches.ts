import type { RunningBatch } from './batch.ts';
import { type SimulatedBatch, shownBatch } from './batch-api.ts';

/** The batches of one simulated server, in order of creation. */
export class RunningBatches {
  readonly #byId = new Map<string, RunningBatch>();
  #count = 0;

  /** As tests look at them. */
  get shown(): SimulatedBatch[] {
    return this.all.map(shownBatch);
  }

  get all(): RunningBatch[] {
    return [...this.#byId.values()];
  }

  get(id: string): RunningBatch | undefined {
    return this.#byId.get(id);
  }

  add(batch: RunningBatch): void {
    this.#byId.set(batch.start.id, batch);
  }

  /** For a name: in no other one, also after `clear`. */
  nextNumber(): number {
    return ++this.#count;
  }

  clear(): void {
    this.#byId.clear();
  }
}
