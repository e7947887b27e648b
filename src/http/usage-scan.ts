import { isObject, type JsonObject, parseJson } from '../model/json.ts';
import { normalizedUsage } from './usage.ts';

/** Doesn't match inside strings, where the quotes are escaped: `\"usage\":`. */
const KEY = /(?<!\\)"usage(?:Metadata)?"\s*:\s*(?=\{)/g;

/** Enough for any response. Untrusted input must not decide how many candidates we parse. */
const MAX_CANDIDATES = 16;

/**
 * The last usage object in JSON text whose beginning may be missing. For bodies that are too large
 * to parse, such as images, which report their usage at the end.
 */
export function lastReportedUsage(text: string): JsonObject | undefined {
  const starts = [...text.matchAll(KEY)].map((match) => match.index + match[0].length);
  for (const start of starts.slice(-MAX_CANDIDATES).reverse()) {
    const reported = parseJson(objectAt(text, start));
    if (isObject(reported) && normalizedUsage(reported) !== undefined) return reported;
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
