import type { TokenEstimate, Usage } from '../../model/usage.ts';
import type { Measurement } from '../measurement.ts';
import type { TokensByScript } from '../tokenizer/tokens-by-script.ts';
import type { Prior } from './prior.ts';
import { RecentMap } from './recent-map.ts';

/** An estimate that learns from the response. */
export interface Estimated extends TokenEstimate {
  /** Whether its input is only text, and all of it is in its body. */
  readonly isText: boolean;
  /** `inputTokens` without what only the server knows: no call is rejected for more than that. */
  readonly firmInputTokens: number;
  /**
   * How far the input may exceed `inputTokens`: nine of ten earlier calls stayed within it. 0 before
   * the first responses; at most 15 % of the text. Learned from calls that are only text.
   */
  readonly marginTokens: number;
  /**
   * The output that nine of ten similar calls have lately stayed within; `outputTokens` before the
   * first responses. Never more than the call's own limit.
   */
  readonly expectedOutputTokens: number;
  /** `expectedOutputTokens` as of now: a call may have waited for long since it was estimated. */
  expectedNow(): number;
  /** The mean output of similar calls lately; `undefined` before the first responses. */
  meanNow(): number | undefined;
  /**
   * Corrects later estimates by the reported usage of this call. Pass complete usage only, not that
   * of an aborted response. Only the first call has an effect.
   */
  learn(usage: Usage): void;
}

export const NOTHING: Estimated = {
  isText: false,
  inputTokens: 0,
  firmInputTokens: 0,
  outputTokens: 0,
  marginTokens: 0,
  expectedOutputTokens: 0,
  expectedNow: () => 0,
  meanNow: () => undefined,
  learn: () => undefined,
};

/** The same estimate with other numbers. What it learns stays the same. */
export function withNumbers(
  estimated: Estimated,
  numbers: Partial<Omit<Estimated, 'learn'>>,
): Estimated {
  const { inputTokens, firmInputTokens, outputTokens, marginTokens, expectedOutputTokens } =
    estimated;
  return {
    ...{ inputTokens, firmInputTokens, outputTokens, marginTokens, expectedOutputTokens },
    isText: estimated.isText,
    expectedNow: () => estimated.expectedNow(),
    meanNow: () => estimated.meanNow(),
    learn: (usage) => estimated.learn(usage),
    ...numbers,
  };
}

/** What calls of a kind have in common. */
type Kind = Pick<Measurement, 'family' | 'prior' | 'callSites' | 'inputSite' | 'hasExtras'>;

/** A counted call, as far as something can be learned of its response. */
export interface Counted extends Kind, Pick<Measurement, 'knownTokens' | 'isText'> {
  /** Up to its last script. */
  readonly tally: ArrayLike<number>;
}

/** What an estimate learns with. */
export interface Learner {
  numbersOf(call: Measurement): Numbers;
  expectedOutput(call: Pick<Counted, 'callSites'>, outputTokens: number): number;
  meanOutput(call: Pick<Counted, 'callSites'>): number | undefined;
  learn(call: Counted, usage: Usage): void;
}

/** What a calibration says of a call. */
export type Numbers = Omit<
  Estimated,
  'isText' | 'expectedOutputTokens' | 'expectedNow' | 'meanNow' | 'learn'
>;

/** Kinds that are shared by their calls; more are each call's own again. */
const MOST_KINDS = 256;
const kinds = new RecentMap<Kind>(MOST_KINDS);

/** There may be 100,000 calls that wait, of few kinds. */
function sharedKind(call: Measurement): Kind {
  const { family, prior, callSites, inputSite, hasExtras } = call;
  const name = `${callSites[0] ?? ''} ${inputSite ?? ''}`;
  const known = kinds.get(name);
  if (known !== undefined && known.family === family && isSame(known.prior, prior)) return known;
  const kind = { family, prior, callSites, inputSite, hasExtras };
  kinds.set(name, kind);
  return kind;
}

function isSame(one: Prior, other: Prior): boolean {
  const { weights, sharedSpread, ownSpread } = other;
  if (one.sharedSpread !== sharedSpread || one.ownSpread !== ownSpread) return false;
  return one.weights === weights || one.weights.every((each, i) => each === weights[i]);
}

/** The corrected estimate of a call; zero for a call without tokens. */
export function estimatedBy(learner: Learner, call: Measurement | undefined): Estimated {
  return call === undefined ? NOTHING : new LearningEstimate(learner, call);
}

/** An estimate of a calibration, which learns from its response. It keeps no text. */
class LearningEstimate implements Estimated {
  readonly isText: boolean;
  readonly inputTokens: number;
  readonly firmInputTokens: number;
  readonly outputTokens: number;
  readonly marginTokens: number;
  readonly expectedOutputTokens: number;
  readonly #learner: Learner;
  readonly #kind: Kind;
  /** The tally up to its last script. `undefined`: it has learned. */
  #tally: readonly number[] | undefined;
  readonly #knownTokens: number;

  constructor(learner: Learner, call: Measurement) {
    const numbers = learner.numbersOf(call);
    const kind = sharedKind(call);
    this.inputTokens = numbers.inputTokens;
    this.firmInputTokens = numbers.firmInputTokens;
    this.outputTokens = numbers.outputTokens;
    this.marginTokens = numbers.marginTokens;
    this.expectedOutputTokens = learner.expectedOutput(kind, numbers.outputTokens);
    this.#learner = learner;
    this.#kind = kind;
    this.#tally = packed(call.tally);
    this.#knownTokens = call.knownTokens;
    this.isText = call.isText;
  }

  expectedNow(): number {
    return this.#learner.expectedOutput(this.#kind, this.outputTokens);
  }

  meanNow(): number | undefined {
    return this.#learner.meanOutput(this.#kind);
  }

  learn(usage: Usage): void {
    const tally = this.#tally;
    if (tally === undefined) return;
    this.#tally = undefined;
    const counted = { tally, knownTokens: this.#knownTokens, isText: this.isText };
    this.#learner.learn({ ...this.#kind, ...counted }, usage);
  }
}

/** Without the zeros at its end: most texts have two scripts, and a typed array takes 260 bytes. */
function packed(tally: TokensByScript): readonly number[] {
  let length = tally.length;
  while (length > 0 && tally[length - 1] === 0) length--;
  const counts: number[] = [];
  for (let script = 0; script < length; script++) counts.push(tally[script] ?? 0);
  return counts;
}
