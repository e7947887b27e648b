import { isObject, member, parseJson } from '../model/json.ts';
import { joined } from './bytes.ts';
import { parseEvent } from './sse.ts';

/** One character for each byte, so that an index into the text is one into the bytes. */
const LATIN1 = new TextDecoder('latin1');

/** `usage: null` as a member of an object: after another one, or before it. */
const NULL_USAGE = /,\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,\s*/g;

/**
 * An event of a chat's stream as it would be without `stream_options.include_usage`, which makes
 * OpenAI add one last chunk with the usage and no choices, and `"usage":null` to all the others
 * (API reference, "stream_options", 2026-08). Empty for that last chunk; `bytes` where nothing was
 * added.
 */
export function withoutUsage(bytes: Uint8Array, chunk: unknown): Uint8Array {
  const usage = member(chunk, 'usage');
  const choices = member(chunk, 'choices');
  if (isObject(usage) && Array.isArray(choices) && choices.length === 0) return new Uint8Array(0);
  return usage === null ? withoutNullUsage(bytes) : bytes;
}

/** The bytes of the member itself are cut out, so that all the others stay as they were sent. */
function withoutNullUsage(bytes: Uint8Array): Uint8Array {
  const text = LATIN1.decode(bytes);
  for (const match of text.matchAll(NULL_USAGE)) {
    const end = match.index + match[0].length;
    const rest = joined([bytes.subarray(0, match.index), bytes.subarray(end)]);
    if (hasNoUsage(rest)) return rest;
  }
  return bytes;
}

/** False also where the cut went through something nested, or left no JSON behind. */
function hasNoUsage(bytes: Uint8Array): boolean {
  const chunk = parseJson(parseEvent(bytes).data);
  return isObject(chunk) && !('usage' in chunk);
}
