import { SCRIPT_COUNT, type Tally } from '../tokenizer/tally.ts';

/** What is believed of a model before it has answered. */
export interface Prior {
  /** Its tokens for each one that was counted, by script. */
  readonly weights: readonly number[];
  /** How far off these may be, as a share: for all scripts alike, and for each by itself. */
  readonly sharedSpread: number;
  readonly ownSpread: number;
}

/** After 200 responses, an old one has a third of the influence of a new one. */
const FORGETTING = 0.995;
/** How much the tokens of a text vary about any weights: as a share, one standard deviation. */
const NOISE = 0.025;
/** How many tokens what is around a text may come to more or less than is known: its frame. */
const FRAME_NOISE = 4;
/** A surprise beyond this many standard deviations moves the weights no further. */
const SURPRISE = 2;
/** Nobody's tokens are so much longer or shorter than OpenAI's. */
const LEAST_WEIGHT = 0.4;
const MOST_WEIGHT = 4;

/**
 * Learns how many tokens a model makes of each counted one, by script: recursive least squares on
 * relative errors, with exponential forgetting. What is learnt of one script moves the others along
 * a little, until they are seen themselves.
 *
 * @see Ljung, Söderström: Theory and Practice of Recursive Identification (1983), 2.2 and 5.6
 * @see Huber: Robust Estimation of a Location Parameter (1964), for bounding a surprise
 */
export class ScriptWeights {
  readonly #weights: number[];
  /** How uncertain the weights are, and how much of that they share; by row and column. */
  readonly #covariance: number[];
  readonly #widest: readonly number[];

  constructor(prior: Prior, weights?: readonly number[], covariance?: readonly number[]) {
    this.#weights = [...(weights ?? prior.weights)];
    const initial = initialCovariance(prior);
    this.#covariance = [...(covariance ?? initial)];
    this.#widest = SCRIPTS.map((script) => initial[diagonal(script)]!);
  }

  /** The tokens of a text. */
  tokens(tally: Tally): number {
    return dot(this.#weights, tally);
  }

  /** Corrects the weights: a text of this tally had `actual` tokens. */
  learn(tally: Tally, actual: number): void {
    const predicted = this.tokens(tally);
    if (!(predicted > 0)) return;
    const shares = SCRIPTS.map((script) => tally[script]! / predicted);
    const reach = SCRIPTS.map((row) => dot(this.#row(row), shares));
    const variance = (NOISE * spreadOf(predicted)) ** 2 + dot(reach, shares);
    const error = actual / predicted - 1;
    const limit = SURPRISE * Math.sqrt(variance);
    const trust = Math.min(1, limit / Math.abs(error));
    for (const script of SCRIPTS) {
      const weight = this.#weights[script]! + (reach[script]! / variance) * error * trust;
      this.#weights[script] = Math.min(MOST_WEIGHT, Math.max(LEAST_WEIGHT, weight));
    }
    this.#narrow(reach, trust / variance);
    this.#widen();
  }

  toJSON(): { weights: number[]; covariance: number[] } {
    return { weights: [...this.#weights], covariance: [...this.#covariance] };
  }

  #row(row: number): readonly number[] {
    return this.#covariance.slice(row * SCRIPT_COUNT, (row + 1) * SCRIPT_COUNT);
  }

  /** An observation makes what it depends on more certain. */
  #narrow(reach: readonly number[], by: number): void {
    for (const row of SCRIPTS) {
      for (const column of SCRIPTS) {
        this.#covariance[row * SCRIPT_COUNT + column]! -= by * reach[row]! * reach[column]!;
      }
    }
  }

  /** What was learnt becomes less certain with time, but never less than it was at first. */
  #widen(): void {
    const factors = SCRIPTS.map((script) => {
      const room = this.#widest[script]! / Math.max(this.#covariance[diagonal(script)]!, 1e-12);
      return Math.sqrt(Math.min(1 / FORGETTING, room));
    });
    for (const row of SCRIPTS) {
      for (const column of SCRIPTS) {
        this.#covariance[row * SCRIPT_COUNT + column]! *= factors[row]! * factors[column]!;
      }
    }
  }
}

/**
 * How many times as much the tokens of a text vary, as a share, as those of a long one: with 200
 * tokens 1.3 times, with 60 three times. So a short text counts for less, and many count for much.
 */
export function spreadOf(tokens: number): number {
  return Math.hypot(1, FRAME_NOISE / Math.max(1, tokens) / NOISE);
}

const SCRIPTS: readonly number[] = Array.from({ length: SCRIPT_COUNT }, (_, script) => script);

function diagonal(script: number): number {
  return script * SCRIPT_COUNT + script;
}

function initialCovariance({ weights, sharedSpread, ownSpread }: Prior): number[] {
  return SCRIPTS.flatMap((row) =>
    SCRIPTS.map((column) => {
      const own = row === column ? ownSpread ** 2 : 0;
      return (sharedSpread ** 2 + own) * weights[row]! * weights[column]!;
    }),
  );
}

function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += left[index]! * right[index]!;
  return sum;
}
