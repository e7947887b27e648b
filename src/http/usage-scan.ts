import { isObject, type JsonObject, parseJson } from '../model/json.ts';
import { normalisedUsage } from './usage.ts';

/** A key can't stand inside a string, for there its quotes are escaped: `\"usage\":`. */
const KEY = /(?<!\\)"usage"\s*:\s*(?=\{)/g;

/** Enough for any response; a bound, because upstream decides how often the key occurs. */
const MAX_CANDIDATES = 16;

/**
 * The last usage object in a piece of JSON text that may have lost its beginning. For bodies too
 * large to be parsed, such as images: those report their usage at the end.
 */
export function lastReportedUsage(text: string): JsonObject | undefined {
  const starts = [...text.matchAll(KEY)].map((match) => match.index + match[0].length);
  for (const start of starts.slice(-MAX_CANDIDATES).reverse()) {
    const reported = parseJson(objectAt(text, start));
    if (isObject(reported) && normalisedUsage(reported) !== undefined) return reported;
  }
  return undefined;
}

/** The balanced `{…}` that starts at `start`; braces inside strings don't count. */
function objectAt(text: string, start: number): string {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (inString && character === '\\') at += 1;
    else if (character === '"') inString = !inString;
    else if (inString) continue;
    else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth === 0) return text.slice(start, at + 1);
  }
  return '';
}
