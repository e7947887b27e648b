import type { TokensByScript } from '../tokenizer/tokens-by-script.ts';
import { RecentValues } from './recent-values.ts';
import { type Prior, ScriptWeights, spreadOf } from './script-weights.ts';

/** The number of errors that are kept; their 90th percentile is the margin. */
const ERRORS = 64;
const MARGIN_SHARE = 0.9;
/** The largest margin: a model that is further off is still being learned. */
const MOST_MARGIN = 0.15;

/** A response that is further off isn't learned from: the request held more than we saw. */
const LEAST_RATIO = 0.2;
const MOST_RATIO = 5;

/** The learned tokens of a family of models. */
export class FamilyCalibration {
  readonly #weights: ScriptWeights;
  /** Relative errors of earlier estimates, scaled to a long text. */
  readonly #errors: RecentValues;

  constructor(prior: Prior, saved?: SavedFamily) {
    this.#weights = new ScriptWeights(prior, saved?.weights, saved?.factor);
    this.#errors = new RecentValues(ERRORS, saved?.errors);
  }

  /** The tokens of a text. */
  tokens(tally: TokensByScript): number {
    return this.#weights.tokens(tally);
  }

  /** The margin of an estimate of `tokens`: nine of ten texts stayed within it. 0 at first. */
  margin(tokens: number): number {
    const seen = this.#errors.quantile(MARGIN_SHARE) ?? 0;
    return tokens * Math.min(MOST_MARGIN, Math.max(0, seen * spreadOf(tokens)));
  }

  /** Learns that a text with this tally had `actual` tokens. */
  learn(tally: TokensByScript, actual: number): void {
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
  /** By script, in the order of `TokensByScript`. */
  readonly weights: readonly number[];
  /** How certain the weights are: see `ScriptWeights`. */
  readonly factor: readonly number[];
  /** The oldest first. */
  readonly errors: readonly number[];
}
