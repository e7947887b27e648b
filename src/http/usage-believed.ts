import type { TokenEstimate, Usage } from '../model/usage.ts';

/**
 * A guess: several times what any model reads at once, because tools that a host runs itself call the
 * model more than once. An embedding of many texts may have more, and its estimate says so.
 */
const MOST_INPUT_TOKENS = 4_000_000;
const MOST_OF_ESTIMATE = 4;
/** A guess: gateways add less than this to a prompt that is only text. */
const MOST_BESIDE_TEXT = 200_000;
/** A guess: several times what any model writes at once. */
const MOST_OUTPUT_TOKENS = 1_000_000;
/** A guess: some hosts don't count reasoning toward the call's own limit, and none reasons for so long. */
const MOST_BESIDE_LIMIT = 200_000;
const MOST_OF_LIMIT = 4;
/**
 * A guess: a prompt of text is never so much shorter than its estimate. One of images and files may be.
 * Older versions of Ollama leave out what is in their cache (ollama/ollama#5370).
 */
const LEAST_INPUT_SHARE = 0.02;
/** The longest prompt of a model's own that estimates count: `grok-4` (2025). Gateways may leave it out. */
const MOST_OF_ITS_OWN = 679;

/** What is known of a call besides the usage that its response reports. */
export interface CountedCall {
  /** `isText`: its input is only text, and all of it is in its body. */
  readonly estimate: TokenEstimate & { readonly isText?: boolean };
  /** The most output tokens that the call allows, where it says so. */
  readonly maxOutputTokens: number | undefined;
  /** Output tokens that were seen to arrive, or stand in the answer; 0 where nobody counted. */
  readonly seenOutputTokens: number;
}

/**
 * The reported usage as far as it can be true; `undefined` where it can't, so that the call costs
 * its estimate: no input for a prompt, or more tokens than any model reads or writes, or than such
 * a call can have. Where no output is reported, what was seen of it counts.
 */
export function believedUsage(usage: Usage | undefined, call: CountedCall): Usage | undefined {
  if (usage === undefined || isTooLittle(usage, call) || isTooMuch(usage, call)) return undefined;
  if (usage.outputTokens > 0) return usage;
  return { ...usage, outputTokens: call.seenOutputTokens };
}

function isTooLittle({ inputTokens }: Usage, { estimate }: CountedCall): boolean {
  if (inputTokens <= 0) return estimate.inputTokens > 0;
  const least = LEAST_INPUT_SHARE * (estimate.inputTokens - MOST_OF_ITS_OWN);
  return estimate.isText === true && inputTokens < least;
}

function isTooMuch({ inputTokens, outputTokens }: Usage, call: CountedCall): boolean {
  const { estimate, maxOutputTokens } = call;
  const most = estimate.isText === true ? MOST_BESIDE_TEXT : MOST_INPUT_TOKENS;
  const mostInput = Math.max(most, MOST_OF_ESTIMATE * estimate.inputTokens);
  const mostOutput =
    maxOutputTokens === undefined
      ? MOST_OUTPUT_TOKENS
      : Math.max(MOST_BESIDE_LIMIT, MOST_OF_LIMIT * maxOutputTokens);
  return !(inputTokens <= mostInput && outputTokens <= mostOutput);
}
