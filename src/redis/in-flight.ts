import type { KeySpec } from '../model/meter-spec.ts';

/** The calls of this process that are in flight in one lane, and those of each limited caller. */
export class InFlight {
  #count = 0;
  readonly #callers = new Map<string, { readonly spec: KeySpec; count: number }>();

  get count(): number {
    return this.#count;
  }

  /** Callers whose calls in flight are counted, and who have any. */
  get callers(): readonly KeySpec[] {
    return [...this.#callers.values()].map(({ spec }) => spec);
  }

  of(id: string): number {
    return this.#callers.get(id)?.count ?? 0;
  }

  started(spec: KeySpec): void {
    this.#count++;
    if (spec.concurrency === Number.POSITIVE_INFINITY) return;
    this.#callers.set(spec.id, { spec, count: this.of(spec.id) + 1 });
  }

  ended({ id }: KeySpec): void {
    this.#count = Math.max(0, this.#count - 1);
    const caller = this.#callers.get(id);
    if (caller !== undefined && --caller.count <= 0) this.#callers.delete(id);
  }
}
