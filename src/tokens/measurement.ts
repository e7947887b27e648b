import type { Prior } from './calibration/script-weights.ts';
import type { Tally } from './tokenizer/tally.ts';

/** What a call's body holds, before a model's own tokens are told. */
export interface Measurement {
  /** Models that share their tokens: those of one name, of any date. */
  readonly family: string;
  readonly prior: Prior;
  /** The text, by script. */
  readonly tally: Tally;
  /** What is known to come on top of the text: frames of messages, images by their size. */
  readonly knownTokens: number;
  /** Nothing but text, counted by a vocabulary: good to learn from. */
  readonly isText: boolean;
  /** The most output that the call allows, 0 if it doesn't say. */
  readonly outputTokens: number;
  /** Kinds of calls that this is one of, the narrowest first. */
  readonly callSites: readonly string[];
  /** Where the text was estimated, for want of a vocabulary. */
  readonly stopgap?: Stopgap | undefined;
}

/** What can be learned from a call whose text was estimated. */
export interface Stopgap {
  /** Resolves when the vocabulary is there, or can't be had. Never rejects. */
  readonly loaded: Promise<void>;
  /** Whether it was nothing but text. */
  readonly isText: boolean;
  /**
   * The same call with its text counted, once the vocabulary is there; `undefined` if it is more than
   * text or too long, and from the second time on: the text isn't kept.
   */
  recount(): Promise<Measurement | undefined>;
}
