import type { Tally } from '../tokenizer/tally.ts';
import { RecentValues } from './recent-values.ts';
import { type Prior, ScriptWeights, spreadOf } from './script-weights.ts';

/** How many errors are kept: the margin is what the largest tenth of them exceeded. */
const ERRORS = 64;
const MARGIN_SHARE = 0.9;
/** A model that is further off than this is still being learned. */
const MOST_MARGIN = 0.15;

/** A response's tokens so far off are not the text's: the request had more than we saw of it. */
const LEAST_RATIO = 0.2;
const MOST_RATIO = 5;

/** What a family of models has shown of its tokens. */
export class FamilyCalibration {
  readonly #weights: ScriptWeights;
  /** By which share the actual tokens exceeded the estimate, at the time; as of a long text. */
  readonly #errors: RecentValues;

  constructor(prior: Prior, saved?: SavedFamily) {
    this.#weights = new ScriptWeights(prior, saved?.weights, saved?.factor);
    this.#errors = new RecentValues(ERRORS, saved?.errors);
  }

  /** The tokens of a text. */
  tokens(tally: Tally): number {
    return this.#weights.tokens(tally);
  }

  /** By how many tokens nine of ten texts of so many have stayed within the estimate; at first 0. */
  margin(tokens: number): number {
    const seen = this.#errors.quantile(MARGIN_SHARE) ?? 0;
    return tokens * Math.min(MOST_MARGIN, Math.max(0, seen * spreadOf(tokens)));
  }

  /** A text of this tally had `actual` tokens. */
  learn(tally: Tally, actual: number): void {
    const expected = this.tokens(tally);
    const ratio = actual / expected;
    if (!(ratio > LEAST_RATIO && ratio < MOST_RATIO)) return;
    this.#errors.add((ratio - 1) / spreadOf(expected));
    this.#weights.learn(tally, actual);
  }

  toJSON(): SavedFamily {
    return { ...this.#weights.toJSON(), errors: this.#errors.toJSON() };
  }
}

/** A family's calibration as JSON. */
export interface SavedFamily {
  /** By script, in the order of a tally. */
  readonly weights: readonly number[];
  /** How certain the weights are: see `ScriptWeights`. */
  readonly factor: readonly number[];
  /** The oldest first. */
  readonly errors: readonly number[];
}
