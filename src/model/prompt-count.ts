/**
 * The number of prompts in the `prompt` of a completion, each of which gets an answer: of a list of
 * strings or of lists of tokens, its length. Never throws.
 */
export function promptCount(prompt: unknown): number {
  try {
    const isList = Array.isArray(prompt) && typeof prompt[0] !== 'number';
    return isList ? Math.max(1, prompt.length) : 1;
  } catch {
    return 1;
  }
}
