import type { Cost } from '../model/limits.ts';

interface EarlyUse {
  readonly model: string;
  readonly cost: Cost;
  readonly at: number;
}

/** What was used so long ago has come back, of most limits. */
const KEPT_MS = 60_000;
const MOST = 1000;

/** What was used elsewhere of a model's limits before there was a call to it: for lanes that open later. */
export class EarlyUses {
  readonly #uses: EarlyUse[] = [];

  add(model: string, cost: Cost, now: number): void {
    this.#uses.push({ model, cost, at: now });
    this.#forgetOld(now);
  }

  /** The uses of the last minute, of a lane that is known by these names. */
  of(names: readonly string[], now: number): Cost[] {
    this.#forgetOld(now);
    return this.#uses.filter(({ model }) => names.includes(model)).map(({ cost }) => cost);
  }

  #forgetOld(now: number): void {
    const young = this.#uses.findIndex(({ at }) => now < at + KEPT_MS);
    const old = young < 0 ? this.#uses.length : young;
    const beyond = this.#uses.length - MOST;
    this.#uses.splice(0, Math.max(old, beyond));
  }
}
