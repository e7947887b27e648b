import type { Usage } from '../../../src/model/usage.ts';
import { createRandom } from '../../../src/testing/random.ts';
import type { Calibration } from '../../../src/tokens/calibration/calibration.ts';
import { type Estimated, estimatedBy } from '../../../src/tokens/calibration/call-estimate.ts';
import type { Measurement } from '../../../src/tokens/measurement.ts';
import { priorOf } from '../../../src/tokens/model-prior.ts';
import {
  emptyTally,
  SCRIPT_COUNT,
  type TokensByScript,
} from '../../../src/tokens/tokenizer/tokens-by-script.ts';
import { type Corpus, corpora } from '../corpora.ts';
import { pair } from '../tokenizer/oracle.ts';

const { counter } = pair('o200k_base');
const TEXTS = corpora();

/** What comes on top of the text, and is known. */
const FRAME = 7;

/** The text of one request: excerpts of some corpora. */
export type Traffic = (pick: (from: number, to: number) => number) => readonly Corpus[];

const LATIN: readonly Corpus[] = ['prose', 'code', 'JSON'];
const ALL: readonly Corpus[] = [...LATIN, 'Chinese', 'Japanese', 'Korean', 'Russian', 'emoji'];

const one = (pick: (from: number, to: number) => number, of: readonly Corpus[]): Corpus =>
  of[pick(0, of.length)] ?? 'prose';

export const TRAFFIC: Readonly<Record<string, Traffic>> = {
  'a coding agent': (pick) => Array.from({ length: pick(2, 8) }, () => one(pick, LATIN)),
  'one language in each request': (pick) => [one(pick, ALL)],
  'languages mixed in each request': (pick) => Array.from({ length: 4 }, () => one(pick, ALL)),
};

/**
 * A model whose tokens differ from those of `o200k_base` by a factor for each script, between 1.0
 * and 1.6, and by noise from request to request.
 */
export class SimulatedModel {
  readonly #random: () => number;
  readonly #traffic: Traffic;
  readonly #noise: number;
  readonly #factors: readonly number[];

  constructor(seed: number, traffic: Traffic, noise: number) {
    this.#random = createRandom(seed);
    this.#traffic = traffic;
    this.#noise = noise;
    this.#factors = Array.from({ length: SCRIPT_COUNT }, () => 1 + 0.6 * this.#random());
  }

  /** The next request, and what its response will say that it took. */
  next(): { call: Measurement; usage: Usage } {
    const tally = this.#tally();
    const text = tally.reduce((sum, tokens, script) => sum + tokens * this.#factors[script]!, 0);
    const inputTokens = Math.round(text * (1 + this.#noise * this.#normal())) + FRAME;
    return { call: textCall(tally), usage: usageOf(inputTokens) };
  }

  #tally(): TokensByScript {
    const pick = (from: number, to: number): number =>
      from + Math.floor(this.#random() * (to - from));
    const tally = emptyTally();
    for (const corpus of this.#traffic(pick)) {
      const start = pick(0, TEXTS[corpus].length - 5000);
      const text = TEXTS[corpus].slice(start, start + pick(1000, 5000));
      const cursor = { text, position: 0, tally };
      while (cursor.position < text.length) counter.advance(cursor, 1e6);
    }
    return tally;
  }

  /** Box and Muller: a normal deviate from two uniform ones. */
  #normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random()));
    return radius * Math.cos(2 * Math.PI * this.#random());
  }
}

export function textCall(tally: TokensByScript, model = 'claude-opus-5'): Measurement {
  return {
    family: `anthropic ${model}`,
    prior: priorOf('anthropic', model),
    tally,
    knownTokens: FRAME,
    isText: true,
    outputTokens: 0,
    callSites: [`messages ${model}`],
  };
}

export function usageOf(inputTokens: number, outputTokens = 0): Usage {
  return { inputTokens, outputTokens, cachedInputTokens: 0, cacheWriteTokens: 0 };
}

/** Lets a calibration see so many responses; returns the estimates that it made before each. */
export function teach(
  calibration: Calibration,
  model: SimulatedModel,
  responses: number,
): { estimated: Estimated; actual: number }[] {
  return Array.from({ length: responses }, () => {
    const { call, usage } = model.next();
    const estimated = estimatedBy(calibration, call);
    estimated.learn(usage);
    return { estimated, actual: usage.inputTokens };
  });
}
