import type { Prior } from './calibration/prior.ts';
import type { TokensByScript } from './tokenizer/tokens-by-script.ts';

/** The counted body of a call. `calibration` turns it into tokens of the model. */
export interface Measurement {
  /** The model's name without its date: such models share their tokens. */
  readonly family: string;
  readonly prior: Prior;
  /** The text, by script. */
  readonly tally: TokensByScript;
  /** Tokens besides the text: frames of messages, images by their size. */
  readonly knownTokens: number;
  /** Those of them that are guesses: only the server knows what they stand for. */
  readonly openTokens?: number | undefined;
  /** The key of calls that take as much beyond what their bodies show; none if nobody has learned it. */
  readonly inputSite?: string | undefined;
  /** Whether it is only text, counted by a vocabulary, from which the calibration can learn. */
  readonly isText: boolean;
  /** Whether it has functions or a schema. */
  readonly hasExtras?: boolean | undefined;
  /** The output limit of the call; 0 if it sets none. */
  readonly outputTokens: number;
  /** Keys of similar calls, the narrowest first. */
  readonly callSites: readonly string[];
  /** Set if the text was estimated because no vocabulary was loaded. */
  readonly provisional?: Provisional | undefined;
}

/** A call whose text was estimated, and can be counted later. */
export interface Provisional {
  /** Resolves when the vocabulary is loaded, or can't be. Never rejects. */
  readonly loaded: Promise<void>;
  /** Whether the call holds only text. */
  readonly isText: boolean;
  /**
   * Counts the text once the vocabulary is loaded. Works only once, because the text isn't kept after
   * that; `undefined` from then on, and for a call that is too long or holds more than text.
   */
  recount(): Promise<Measurement | undefined>;
}
