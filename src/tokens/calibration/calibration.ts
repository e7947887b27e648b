import { isTokenCount, type Usage } from '../../model/usage.ts';
import type { Measurement } from '../measurement.ts';
import { tokenCount } from '../token-count.ts';
import type { Counted, Learner, Numbers } from './call-estimate.ts';
import type { FamilyCalibration, SavedFamily } from './family-calibration.ts';
import { OutputHistory } from './output-history.ts';
import { RecentMap } from './recent-map.ts';
import { readSaved, type SavedCalibration } from './saved.ts';
import { SurplusHistory } from './surplus-history.ts';

/** The expected output is this quantile of the last outputs. */
const EXPECTED_SHARE = 0.9;
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
export class Calibration implements Learner {
  readonly #families = new RecentMap<FamilyCalibration>(MOST_FAMILIES);
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

  /** The corrected estimate of a call, in numbers. */
  numbersOf(call: Measurement): Numbers {
    const { tally, knownTokens, openTokens = 0, outputTokens, inputSite } = call;
    const family = this.#family(call);
    const text = family.tokens(tally);
    const surplus = inputSite === undefined ? 0 : this.#surpluses.expected(inputSite);
    const inputTokens = tokenCount(knownTokens + text + surplus);
    const firmInputTokens = Math.min(inputTokens, tokenCount(knownTokens - openTokens + text));
    const marginTokens = tokenCount(family.margin(text));
    return { inputTokens, firmInputTokens, outputTokens, marginTokens };
  }

  /** The output to expect of such a call, by what is known now. */
  expectedOutput({ callSites }: Pick<Counted, 'callSites'>, outputTokens: number): number {
    const most = outputTokens > 0 ? outputTokens : Number.MAX_SAFE_INTEGER;
    return tokenCount(
      Math.min(most, this.#outputs.of(callSites)?.quantile(EXPECTED_SHARE) ?? outputTokens),
    );
  }

  /** The mean output of such calls lately; `undefined` where too few have ended. */
  meanOutput({ callSites }: Pick<Counted, 'callSites'>): number | undefined {
    return this.#outputs.of(callSites)?.mean;
  }

  /** The calibration as JSON, for `JSON.stringify`. */
  toJSON(): SavedCalibration {
    const used = this.#families.entries().map(([key, family]) => [key, family.toJSON()] as const);
    const families = [...this.#restored, ...used].slice(-MOST_FAMILIES);
    const outputs = this.#outputs.toJSON();
    const surpluses = this.#surpluses.toJSON();
    return { version: 1, families: Object.fromEntries(families), outputs, surpluses };
  }

  #family({ family, prior }: Pick<Measurement, 'family' | 'prior'>): FamilyCalibration {
    const saved = this.#restored.get(family);
    this.#restored.delete(family);
    return this.#families.ensure(family, () => prior.begin(prior, saved));
  }

  /** Corrects later estimates by what such a call has used. */
  learn(call: Counted, usage: Usage): void {
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
