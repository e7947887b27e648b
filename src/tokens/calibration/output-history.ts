import { RecentValues } from './recent-values.ts';
import { RecentlyUsed } from './recently-used.ts';

const MOST_SITES = 512;
const OUTPUTS = 32;
/** Nine of ten responses are no longer than what is expected. */
const EXPECTED_SHARE = 0.9;
/** From so many responses on, there is something to expect. */
const ENOUGH = 3;

/** Remembers how many tokens calls of a kind have produced. Bounded: old kinds make room. */
export class OutputHistory {
  readonly #sites = new RecentlyUsed<RecentValues>(MOST_SITES);

  /** @param saved - as `toJSON` gave it */
  constructor(saved: Readonly<Record<string, readonly number[]>> = {}) {
    for (const [key, outputs] of Object.entries(saved)) {
      this.#sites.set(key, new RecentValues(OUTPUTS, outputs));
    }
  }

  /** What the first of these keys that is known well enough lets expect; `undefined` with none. */
  expected(keys: readonly string[]): number | undefined {
    for (const key of keys) {
      const outputs = this.#sites.get(key);
      if (outputs !== undefined && outputs.count >= ENOUGH) return outputs.quantile(EXPECTED_SHARE);
    }
    return undefined;
  }

  /** A call of these keys has produced so many tokens. */
  learn(keys: readonly string[], outputTokens: number): void {
    for (const key of keys) {
      this.#sites.ensure(key, () => new RecentValues(OUTPUTS)).add(outputTokens);
    }
  }

  toJSON(): Record<string, readonly number[]> {
    return Object.fromEntries(
      this.#sites.entries().map(([key, outputs]) => [key, outputs.toJSON()]),
    );
  }
}
