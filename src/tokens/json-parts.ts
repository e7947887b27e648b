import { type Part, rough } from './part.ts';
import { slicesOf } from './text-slices.ts';

/** The tokens of a text that is the content of a file; `undefined` for any other text. */
export type FileTokens = (text: string) => number | undefined;

/**
 * A value as JSON, in slices to be counted. The JSON is written at once, as the SDK does when it
 * sends the call; only the counting takes turns. A value that JSON can't hold (a cycle, a bigint)
 * can't be sent either, and has no known tokens.
 *
 * @param fileTokens - finds files within the value, which are counted as files and not as text
 */
export function* jsonParts(value: unknown, fileTokens?: FileTokens): Generator<Part> {
  if (value === undefined) return;
  const files = new FilesFound(fileTokens);
  const text = jsonOf(value, fileTokens && ((_key, each) => files.without(each)));
  if (text === undefined) yield rough(0);
  else yield* slicesOf(text);
  if (files.tokens !== undefined) yield rough(files.tokens);
}

/** A text as it is, unless it is the content of a file. */
export function textPart(text: string, fileTokens: FileTokens): Part {
  const tokens = fileTokens(text);
  return tokens === undefined ? text : rough(tokens);
}

/** The files that were found in one value. */
class FilesFound {
  readonly #fileTokens: FileTokens | undefined;
  /** `undefined` if there are none. */
  tokens: number | undefined;

  constructor(fileTokens: FileTokens | undefined) {
    this.#fileTokens = fileTokens;
  }

  /** The value, or an empty string if it is a file. */
  without(value: unknown): unknown {
    const tokens = typeof value === 'string' ? this.#fileTokens?.(value) : undefined;
    if (tokens === undefined) return value;
    this.tokens = (this.tokens ?? 0) + tokens;
    return '';
  }
}

function jsonOf(
  value: unknown,
  replacer?: (key: string, value: unknown) => unknown,
): string | undefined {
  try {
    return JSON.stringify(value, replacer);
  } catch {
    return undefined;
  }
}
