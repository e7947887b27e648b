import { isTokenCount, type TokenEstimate, type Usage } from '../../model/usage.ts';
import type { Measurement } from '../measurement.ts';
import { tokenCount } from '../token-count.ts';
import { FamilyCalibration, type SavedFamily } from './family-calibration.ts';
import { LruMap } from './lru-map.ts';
import { OutputHistory } from './output-history.ts';
import { readSaved, type SavedCalibration } from './saved.ts';
import { SurplusHistory } from './surplus-history.ts';

/** An estimate that learns from the response. */
export interface Estimated extends TokenEstimate {
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
  readonly expectedNow: () => number;
  /**
   * Corrects later estimates by the reported usage of this call. Pass complete usage only, not that
   * of an aborted response. Only the first call has an effect.
   */
  learn(usage: Usage): void;
}

const NOTHING: Estimated = {
  inputTokens: 0,
  firmInputTokens: 0,
  outputTokens: 0,
  marginTokens: 0,
  expectedOutputTokens: 0,
  expectedNow: () => 0,
  learn: () => undefined,
};

/** The most models; the least recently used one is forgotten first. */
const MOST_FAMILIES = 64;
/** With functions or a schema, whose tokens differ by more. */
const LEAST_BESIDE_EXTRAS = 2000;
/** A shorter text isn't learned from: the tokens around it would weigh too much. */
const LEAST_TEXT = 40;

/**
 * Corrects estimates by the usage of earlier responses: the model's tokens for text of each script,
 * and the output of similar calls.
 *
 * Bounded in memory. Holds no text, only numbers, and can be saved as JSON and restored.
 *
 * @example
 * const calibration = new Calibration(JSON.parse(readFileSync('calibration.json', 'utf8')));
 * // …
 * writeFileSync('calibration.json', JSON.stringify(calibration));
 */
export class Calibration {
  readonly #families = new LruMap<FamilyCalibration>(MOST_FAMILIES);
  readonly #outputs: OutputHistory;
  readonly #surpluses: SurplusHistory;
  /** Saved families that haven't been used in this process yet. */
  readonly #restored: Map<string, SavedFamily>;

  /** @param saved - a calibration as JSON; unusable parts are ignored */
  constructor(saved?: unknown) {
    const { families, outputs, surpluses } = readSaved(saved);
    this.#restored = new Map(Object.entries(families).slice(-MOST_FAMILIES));
    this.#outputs = new OutputHistory(outputs);
    this.#surpluses = new SurplusHistory(surpluses);
  }

  /** The corrected estimate of a call; zero for a call without tokens. */
  estimated(call: Measurement | undefined): Estimated {
    if (call === undefined) return NOTHING;
    const { tally, knownTokens, openTokens = 0, outputTokens, callSites, inputSite } = call;
    const family = this.#family(call);
    const text = family.tokens(tally);
    const surplus = inputSite === undefined ? 0 : this.#surpluses.expected(inputSite);
    const inputTokens = tokenCount(knownTokens + text + surplus);
    const most = outputTokens > 0 ? outputTokens : Number.MAX_SAFE_INTEGER;
    const expectedNow = (): number => {
      return tokenCount(Math.min(most, this.#outputs.expected(callSites) ?? outputTokens));
    };
    let isNew = true;
    return {
      inputTokens,
      firmInputTokens: Math.min(inputTokens, tokenCount(knownTokens - openTokens + text)),
      outputTokens,
      marginTokens: tokenCount(family.margin(text)),
      expectedOutputTokens: expectedNow(),
      expectedNow,
      learn: (usage) => {
        if (isNew) this.#learn(call, usage);
        isNew = false;
      },
    };
  }

  /** The calibration as JSON, for `JSON.stringify`. */
  toJSON(): SavedCalibration {
    const used = this.#families.entries().map(([key, family]) => [key, family.toJSON()] as const);
    const families = [...this.#restored, ...used].slice(-MOST_FAMILIES);
    const outputs = this.#outputs.toJSON();
    const surpluses = this.#surpluses.toJSON();
    return { version: 1, families: Object.fromEntries(families), outputs, surpluses };
  }

  #family({ family, prior }: Measurement): FamilyCalibration {
    const saved = this.#restored.get(family);
    this.#restored.delete(family);
    return this.#families.ensure(family, () => new FamilyCalibration(prior, saved));
  }

  #learn(call: Measurement, usage: Usage): void {
    const { inputTokens, outputTokens } = usage;
    if (isTokenCount(outputTokens)) this.#outputs.learn(call.callSites, outputTokens);
    if (!isTokenCount(inputTokens) || inputTokens === 0) return;
    const family = this.#family(call);
    const actual = inputTokens - call.knownTokens;
    const least = Math.min(actual, family.tokens(call.tally));
    if (call.isText && least >= (call.hasExtras === true ? LEAST_BESIDE_EXTRAS : LEAST_TEXT)) {
      family.learn(call.tally, actual);
    }
    const { inputSite } = call;
    if (inputSite === undefined) return;
    this.#surpluses.learn(inputSite, actual - family.tokens(call.tally));
  }
}
