const MOST = 10_000;

export interface Memo {
  /** In the store's time. */
  readonly at: number;
  readonly text: string;
}

/** What the server last said of each caller, in case it forgets; of those used last only. */
export class CallerMemos {
  readonly #memos = new Map<string, Memo>();

  get(id: string): Memo | undefined {
    return this.#memos.get(id);
  }

  set(id: string, memo: Memo): void {
    this.#memos.delete(id);
    this.#memos.set(id, memo);
    const [oldest] = this.#memos.keys();
    if (this.#memos.size > MOST && oldest !== undefined) this.#memos.delete(oldest);
  }
}
