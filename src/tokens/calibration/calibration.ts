import { isTokenCount, type TokenEstimate, type Usage } from '../../model/usage.ts';
import type { Measurement } from '../measurement.ts';
import { tokenCount } from '../token-count.ts';
import { FamilyCalibration, type SavedFamily } from './family-calibration.ts';
import { OutputHistory } from './output-history.ts';
import { RecentlyUsed } from './recently-used.ts';
import { readSaved, type SavedCalibration } from './saved.ts';

/** An estimate that learns from the response. */
export interface Estimated extends TokenEstimate {
  /**
   * How far the input may exceed `inputTokens`: nine of ten calls have stayed within. 0 before there
   * is experience, and never more than 15 % of the text; what isn't text is not learned from.
   */
  readonly marginTokens: number;
  /**
   * What calls of this kind have lately produced, nine of ten of them at most; `outputTokens` where
   * there is no experience yet. Never more than the call allows, if it says what it allows.
   */
  readonly expectedOutputTokens: number;
  /** The same by all that has been learned until now: a call may wait for long. */
  readonly expectedNow: () => number;
  /**
   * Corrects later estimates by what the provider has reported of this call. To be called with
   * complete usage only, not with that of a response that was aborted. Only the first call counts.
   */
  learn(usage: Usage): void;
}

const NOTHING: Estimated = {
  inputTokens: 0,
  outputTokens: 0,
  marginTokens: 0,
  expectedOutputTokens: 0,
  expectedNow: () => 0,
  learn: () => undefined,
};

/** Models that are kept apart; the one that wasn't used for longest is forgotten first. */
const MOST_FAMILIES = 64;
/** Of a shorter text, what is around it is too large a part. */
const LEAST_TEXT = 20;

/**
 * Corrects estimates by the usage of earlier responses: what a model makes of the text of each
 * script, and how much output each kind of call has.
 *
 * Bounded in memory. Holds no text, only numbers, and can be saved as JSON and restored.
 *
 * @example
 * const calibration = new Calibration(JSON.parse(readFileSync('calibration.json', 'utf8')));
 * // …
 * writeFileSync('calibration.json', JSON.stringify(calibration));
 */
export class Calibration {
  readonly #families = new RecentlyUsed<FamilyCalibration>(MOST_FAMILIES);
  readonly #outputs: OutputHistory;
  /** Families of an earlier process that haven't been used in this one. */
  readonly #restored: Map<string, SavedFamily>;

  /** @param saved - a calibration as JSON; what of it can't be used is left out, whatever it is */
  constructor(saved?: unknown) {
    const { families, outputs } = readSaved(saved);
    this.#restored = new Map(Object.entries(families).slice(-MOST_FAMILIES));
    this.#outputs = new OutputHistory(outputs);
  }

  /** The estimate of a call, as far as earlier ones have taught; nothing for one without tokens. */
  estimated(call: Measurement | undefined): Estimated {
    if (call === undefined) return NOTHING;
    const { tally, knownTokens, outputTokens, callSites } = call;
    const family = this.#family(call);
    const text = family.tokens(tally);
    const most = outputTokens > 0 ? outputTokens : Number.MAX_SAFE_INTEGER;
    const expectedNow = (): number => {
      return tokenCount(Math.min(most, this.#outputs.expected(callSites) ?? outputTokens));
    };
    let isNew = true;
    return {
      inputTokens: tokenCount(knownTokens + text),
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

  /** What has been learned, for `JSON.stringify`. */
  toJSON(): SavedCalibration {
    const used = this.#families.entries().map(([key, family]) => [key, family.toJSON()] as const);
    const families = [...this.#restored, ...used].slice(-MOST_FAMILIES);
    return { version: 1, families: Object.fromEntries(families), outputs: this.#outputs.toJSON() };
  }

  #family({ family, prior }: Measurement): FamilyCalibration {
    const saved = this.#restored.get(family);
    this.#restored.delete(family);
    return this.#families.ensure(family, () => new FamilyCalibration(prior, saved));
  }

  #learn(call: Measurement, usage: Usage): void {
    const { inputTokens, outputTokens } = usage;
    if (isTokenCount(outputTokens)) this.#outputs.learn(call.callSites, outputTokens);
    if (!call.isText || !isTokenCount(inputTokens)) return;
    const family = this.#family(call);
    const actual = inputTokens - call.knownTokens;
    if (Math.min(actual, family.tokens(call.tally)) < LEAST_TEXT) return;
    family.learn(call.tally, actual);
  }
}
