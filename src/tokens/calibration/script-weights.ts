import { SCRIPT_COUNT, weigh } from '../tokenizer/tokens-by-script.ts';

/** What is assumed of a model's weights before its first response. */
export interface AssumedWeights {
  /** Its tokens per counted token, by script. */
  readonly weights: readonly number[];
  /** The relative uncertainty: shared by all scripts, and of each by itself. */
  readonly sharedSpread: number;
  readonly ownSpread: number;
}

/** After 200 further responses, a response has a third of its influence. */
const FORGETTING = 0.995;
/** One standard deviation of a text's tokens around any weights, relative. */
const NOISE = 0.025;
/** The uncertainty of the tokens around a text (its frame). */
const FRAME_NOISE = 4;
/** Errors beyond this many standard deviations are clipped. */
const SURPRISE = 2;
/** No known model's tokens differ more from OpenAI's. */
const LEAST_WEIGHT = 0.4;
const MOST_WEIGHT = 4;

/**
 * Learns how many tokens a model makes of each counted one, by script: recursive least squares on
 * relative errors, with exponential forgetting. An observation of one script also moves the others a
 * little, until they are observed themselves.
 *
 * The covariance P is stored as a factor S with P = S · Sᵀ, so that rounding can never make a variance
 * negative.
 *
 * @see Ljung, Söderström: Theory and Practice of Recursive Identification (1983), 2.2 and 5.6
 * @see Huber: Robust Estimation of a Location Parameter (1964), for bounding a surprise
 * @see Potter's square-root filter, in Bierman: Factorization Methods (1977), II.3
 */
export class ScriptWeights {
  readonly #weights: number[];
  /** The factor S, with a row for each script. */
  readonly #factor: number[][];
  readonly #widest: readonly number[];

  constructor(prior: AssumedWeights, weights?: readonly number[], factor?: readonly number[]) {
    this.#weights = [...(weights ?? prior.weights)];
    const initial = initialFactor(prior);
    this.#factor = factor === undefined ? initial : rowsOf(factor);
    this.#widest = initial.map(length);
  }

  /** The tokens of a text. */
  tokens(tally: ArrayLike<number>): number {
    return weigh(tally, this.#weights);
  }

  /** Corrects the weights by a text with this tally that had `actual` tokens. */
  learn(tally: ArrayLike<number>, actual: number): void {
    const predicted = this.tokens(tally);
    if (!(predicted > 0)) return;
    const shares = SCRIPTS.map((script) => (tally[script] ?? 0) / predicted);
    // Sᵀ · x, and with it P · x and xᵀ · P · x.
    const seen = SOURCES.map((source) =>
      SCRIPTS.reduce((sum, script) => sum + this.#factor[script]![source]! * shares[script]!, 0),
    );
    const reach = this.#factor.map((row) => dot(row, seen));
    const spread = dot(seen, seen);
    const variance = (NOISE * spreadOf(predicted)) ** 2 + spread;
    const error = actual / predicted - 1;
    const limit = SURPRISE * Math.sqrt(variance);
    const trust = Math.min(1, limit / Math.abs(error));
    for (const script of SCRIPTS) {
      const weight = this.#weights[script]! + (reach[script]! / variance) * error * trust;
      this.#weights[script] = Math.min(MOST_WEIGHT, Math.max(LEAST_WEIGHT, weight));
    }
    if (spread > 0)
      this.#narrow(reach, seen, (1 - Math.sqrt(1 - (trust * spread) / variance)) / spread);
    this.#widen();
  }

  toJSON(): { weights: number[]; factor: number[] } {
    return { weights: [...this.#weights], factor: this.#factor.flat() };
  }

  /** Reduces the uncertainty after an observation: S · (I − by · s · sᵀ). */
  #narrow(reach: readonly number[], seen: readonly number[], by: number): void {
    for (const script of SCRIPTS) {
      for (const source of SOURCES) {
        this.#factor[script]![source]! -= by * reach[script]! * seen[source]!;
      }
    }
  }

  /** Forgetting: increases the uncertainty, up to that of the prior. */
  #widen(): void {
    for (const script of SCRIPTS) {
      const row = this.#factor[script]!;
      const room = this.#widest[script]! / Math.max(length(row), Number.MIN_VALUE);
      const wider = Math.min(Math.sqrt(1 / FORGETTING), room);
      for (const source of SOURCES) row[source]! *= wider;
    }
  }
}

/**
 * The relative variation of a short text's tokens, compared with a long one's: 1.3 times with 200
 * tokens, 3 times with 60. A short text therefore has less influence.
 */
export function spreadOf(tokens: number): number {
  return Math.hypot(1, FRAME_NOISE / Math.max(1, tokens) / NOISE);
}

const SCRIPTS: readonly number[] = Array.from({ length: SCRIPT_COUNT }, (_, script) => script);

/** The sources of uncertainty: one that all scripts share, and one of each script. */
const SOURCES: readonly number[] = Array.from({ length: SCRIPT_COUNT + 1 }, (_, source) => source);

function initialFactor({ weights, sharedSpread, ownSpread }: AssumedWeights): number[][] {
  return SCRIPTS.map((script) =>
    SOURCES.map((source) => {
      if (source === SCRIPT_COUNT) return sharedSpread * weights[script]!;
      return source === script ? ownSpread * weights[script]! : 0;
    }),
  );
}

function rowsOf(factor: readonly number[]): number[][] {
  return SCRIPTS.map((script) =>
    factor.slice(script * SOURCES.length, (script + 1) * SOURCES.length),
  );
}

function length(row: readonly number[]): number {
  return Math.sqrt(dot(row, row));
}

function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += left[index]! * right[index]!;
  return sum;
}
