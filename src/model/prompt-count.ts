/**
 * How many prompts a completion is asked for, each of which is answered: a list of strings or of lists
 * of tokens. Total: upstream input, or a caller's body, whatever it is.
 */
export function promptCount(prompt: unknown): number {
  try {
    const isList = Array.isArray(prompt) && typeof prompt[0] !== 'number';
    return isList ? Math.max(1, prompt.length) : 1;
  } catch {
    return 1;
  }
}
