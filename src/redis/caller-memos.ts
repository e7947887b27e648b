import type { KeySpec } from '../model/meter-spec.ts';

const MOST = 10_000;

export interface Memo {
  /** In the store's time. */
  readonly at: number;
  readonly text: string;
}

/** What the server last said of each caller, in case it forgets; of those used last only. */
export class CallerMemos {
  readonly #memos = new Map<string, { readonly spec: KeySpec; readonly memo: Memo }>();

  get(id: string): Memo | undefined {
    return this.#memos.get(id)?.memo;
  }

  set(spec: KeySpec, memo: Memo): void {
    this.#memos.delete(spec.id);
    this.#memos.set(spec.id, { spec, memo });
    if (this.#memos.size <= MOST) return;
    const [oldest = spec.id] = this.#memos.keys();
    this.#memos.delete(oldest);
  }

  /** Callers of whose limits something may still be used. `now` is the store's. */
  using(now: number): readonly KeySpec[] {
    return [...this.#memos.values()]
      .filter(({ spec, memo }) => spec.meters.some(({ windowMs }) => now - memo.at < 2 * windowMs))
      .map(({ spec }) => spec);
  }
}
