import { weigh } from '../tokenizer/tokens-by-script.ts';
import { RecentValues } from './recent-values.ts';
import { type AssumedWeights, ScriptWeights, spreadOf } from './script-weights.ts';

/** The number of errors that are kept; their 90th percentile is the margin. */
const ERRORS = 64;
const MARGIN_SHARE = 0.9;
/** The largest margin: a model that is further off is still being learned. */
const MOST_MARGIN = 0.15;

/** How many calls tell whether learning helps, and how much one of them counts at most. */
const GAINS = 16;
const MOST_ERROR = 0.5;
/** So many of them, and so large a gain on average, make it worth believing. */
const ENOUGH = 2;
const LEAST_GAIN = 0.005;

/** A response that is further off isn't learned from: the request held more than we saw. */
const LEAST_RATIO = 0.2;
const MOST_RATIO = 5;

/** The learned tokens of a family of models. */
export class FamilyCalibration {
  readonly #weights: ScriptWeights;
  readonly #prior: readonly number[];
  /** By how much the learned weights were nearer to each of the last calls than the prior ones. */
  readonly #gains: RecentValues;
  /** Relative errors of earlier estimates, scaled to a long text. */
  readonly #errors: RecentValues;

  #hasLearned: boolean;
  /** Whether what was learned has been nearer lately, on calls that it had not seen. */
  #isBetter: boolean;

  constructor(prior: AssumedWeights, saved?: SavedFamily) {
    this.#weights = new ScriptWeights(prior, saved?.weights, saved?.factor);
    this.#errors = new RecentValues(ERRORS, saved?.errors);
    this.#prior = prior.weights;
    this.#hasLearned = saved !== undefined;
    this.#gains = new RecentValues(GAINS, saved?.gains);
    this.#isBetter = areGains(this.#gains.toJSON());
  }

  /** The tokens of a text. */
  tokens(tally: ArrayLike<number>): number {
    return this.#isBetter ? this.#weights.tokens(tally) : weigh(tally, this.#prior);
  }

  /** The margin of an estimate of `tokens`: nine of ten texts stayed within it. 0 at first. */
  margin(tokens: number): number {
    const seen = this.#errors.quantile(MARGIN_SHARE) ?? 0;
    return tokens * Math.min(MOST_MARGIN, Math.max(0, seen * spreadOf(tokens)));
  }

  /** Learns that a text with this tally had `actual` tokens. */
  learn(tally: ArrayLike<number>, actual: number): void {
    const expected = this.tokens(tally);
    const ratio = actual / expected;
    if (!(ratio > LEAST_RATIO && ratio < MOST_RATIO)) return;
    this.#errors.add((ratio - 1) / spreadOf(expected));
    const priorError = Math.abs(weigh(tally, this.#prior) / actual - 1);
    const learnedError = Math.abs(this.#weights.tokens(tally) / actual - 1);
    if (this.#hasLearned) this.#gains.add(bounded(priorError) - bounded(learnedError));
    this.#isBetter = areGains(this.#gains.toJSON());
    this.#weights.learn(tally, actual);
    this.#hasLearned = true;
  }

  toJSON(): SavedFamily {
    const [errors, gains] = [this.#errors.toJSON(), this.#gains.toJSON()];
    return { ...this.#weights.toJSON(), errors, gains };
  }
}

function areGains(gains: readonly number[]): boolean {
  const gain = gains.reduce((sum, each) => sum + each, 0);
  return gains.length >= ENOUGH && gain > LEAST_GAIN * gains.length;
}

function bounded(error: number): number {
  return Math.min(MOST_ERROR, error);
}

/** A family's calibration as JSON. */
export interface SavedFamily {
  /** By script, in the order of `TokensByScript`. */
  readonly weights: readonly number[];
  /** How certain the weights are: see `ScriptWeights`. */
  readonly factor: readonly number[];
  /** The oldest first. */
  readonly errors: readonly number[];
  /** By how much learning has helped, the oldest first; none in a calibration of 0.1. */
  readonly gains?: readonly number[] | undefined;
}
