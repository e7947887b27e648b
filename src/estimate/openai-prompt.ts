import type { Part } from './part.ts';
import { elementsOf, lengthOf } from './untrusted.ts';

/**
 * A prompt, or what is to be embedded: a string, a list of strings, the tokens themselves, or a
 * list of lists of tokens.
 */
export function* openaiPrompt(prompt: unknown): Generator<Part> {
  if (typeof prompt === 'string') yield prompt;
  else if (lengthOf(prompt) > 0) yield* listParts(prompt);
}

function* listParts(list: unknown): Generator<Part> {
  for (const element of elementsOf(list)) {
    if (typeof element === 'number') {
      yield lengthOf(list); // one list of tokens
      return;
    }
    yield typeof element === 'string' ? element : lengthOf(element);
  }
}
