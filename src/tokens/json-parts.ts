import { type Part, rough, scaled } from './part.ts';
import { slicesOf } from './text-slices.ts';

/** The tokens of a text that is the content of a file; `undefined` for any other text. */
export type FileTokens = (text: string) => number | undefined;

/** How a model reads JSON. */
export interface JsonReading {
  /** Its tokens for each token of the JSON as it is sent. @default 1 */
  readonly times?: number | undefined;
  /** Annotations of a schema that it isn't shown. */
  readonly without?: readonly string[] | undefined;
}

/**
 * A value as JSON, in slices to be counted. The JSON is written at once, as the SDK does when it
 * sends the call; only the counting takes turns. A value that JSON can't hold (a cycle, a bigint)
 * can't be sent either, and has no known tokens.
 *
 * @param fileTokens - finds files within the value, which are counted as files and not as text
 */
export function* jsonParts(
  value: unknown,
  fileTokens?: FileTokens,
  { times = 1, without = [] }: JsonReading = {},
): Generator<Part> {
  if (value === undefined) return;
  const files = new FilesFound(fileTokens);
  // Without a replacer, JSON is written several times as fast.
  const reads = fileTokens !== undefined || without.length > 0;
  const shown = (key: string, each: unknown): unknown =>
    isLeftOut(key, each, without) ? undefined : files.without(each);
  const text = jsonOf(value, reads ? shown : undefined);
  if (text === undefined) yield rough(0);
  else for (const slice of slicesOf(text)) yield scaled(slice, times);
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

/** What has a schema is a property of that name. */
function isLeftOut(key: string, value: unknown, without: readonly string[]): boolean {
  return without.includes(key) && (typeof value !== 'object' || Array.isArray(value));
}

function jsonOf(
  value: unknown,
  replacer: ((key: string, value: unknown) => unknown) | undefined,
): string | undefined {
  try {
    return JSON.stringify(value, replacer);
  } catch {
    return undefined;
  }
}
