import { RecentMap } from './recent-map.ts';
import { RecentValues } from './recent-values.ts';

const MOST_SITES = 512;
const OUTPUTS = 32;
/** Fewer responses give no expectation. */
const ENOUGH = 3;

/** Remembers the output tokens of similar calls, by key. Bounded: old keys are forgotten. */
export class OutputHistory {
  readonly #sites = new RecentMap<RecentValues>(MOST_SITES);

  /** @param saved - as `toJSON` gave it */
  constructor(saved: Readonly<Record<string, readonly number[]>> = {}) {
    for (const [key, outputs] of Object.entries(saved)) {
      this.#sites.set(key, new RecentValues(OUTPUTS, outputs));
    }
  }

  /** The last outputs of the first of these keys with enough responses; `undefined` if none has. */
  of(keys: readonly string[]): RecentValues | undefined {
    // Written out for speed: it runs many times for each call that waits.
    for (const key of keys) {
      const outputs = this.#sites.get(key);
      if (outputs !== undefined && outputs.count >= ENOUGH) return outputs;
    }
    return undefined;
  }

  /** Records the output of a call with these keys. */
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
