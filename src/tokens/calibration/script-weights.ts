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
 * relative errors, with exponential forgetting. What is learned of one script moves the others along
 * a little, until they are seen themselves.
 *
 * The covariance P is kept as a factor S, P = S · Sᵀ, and changed as such: however long it goes on,
 * rounding never makes it one that no errors can have (a negative variance, and then no weights).
 *
 * @see Ljung, Söderström: Theory and Practice of Recursive Identification (1983), 2.2 and 5.6
 * @see Huber: Robust Estimation of a Location Parameter (1964), for bounding a surprise
 * @see Potter's square-root filter, in Bierman: Factorization Methods (1977), II.3
 */
export class ScriptWeights {
  readonly #weights: number[];
  /** A row of the factor for each script: how uncertain its weight is, and what with. */
  readonly #factor: number[][];
  readonly #widest: readonly number[];

  constructor(prior: Prior, weights?: readonly number[], factor?: readonly number[]) {
    this.#weights = [...(weights ?? prior.weights)];
    const initial = initialFactor(prior);
    this.#factor = factor === undefined ? initial : rowsOf(factor);
    this.#widest = initial.map(length);
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

  /** An observation makes what it depends on more certain: S · (I − by · s · sᵀ). */
  #narrow(reach: readonly number[], seen: readonly number[], by: number): void {
    for (const script of SCRIPTS) {
      for (const source of SOURCES) {
        this.#factor[script]![source]! -= by * reach[script]! * seen[source]!;
      }
    }
  }

  /** What was learned becomes less certain with time, but never less than it was at first. */
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
 * How many times as much the tokens of a text vary, as a share, as those of a long one: with 200
 * tokens 1.3 times, with 60 three times. So a short text counts for less, and many count for much.
 */
export function spreadOf(tokens: number): number {
  return Math.hypot(1, FRAME_NOISE / Math.max(1, tokens) / NOISE);
}

const SCRIPTS: readonly number[] = Array.from({ length: SCRIPT_COUNT }, (_, script) => script);

/** What makes weights uncertain: one thing that all scripts share, and one of each script's own. */
const SOURCES: readonly number[] = Array.from({ length: SCRIPT_COUNT + 1 }, (_, source) => source);

/** So many numbers a factor has. */
export const FACTOR_SIZE: number = SCRIPTS.length * SOURCES.length;

function initialFactor({ weights, sharedSpread, ownSpread }: Prior): number[][] {
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
