import { isObject, member, parseJson } from '../model/json.ts';
import { joined } from './bytes.ts';
import { parseEvent } from './sse.ts';

/** One character for each byte, so that an index into the text is one into the bytes. */
const LATIN1 = new TextDecoder('latin1');

/** `usage: null` as a member of an object: after another one, or before it. */
const NULL_USAGE = /,\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,\s*/g;

const USAGE = '"usage"';

/**
 * Whether it is the chunk that `include_usage` adds: it has the usage, and no choices. Some hosts write
 * `null` for the empty list, or leave it out (earendil-works/pi#1671, pydantic/pydantic-ai#5170).
 */
export function isUsageChunk(chunk: unknown): boolean {
  return isObject(member(chunk, 'usage')) && hasNoChoices(chunk) && isNothing(chunk, 'error');
}

function hasNoChoices(chunk: unknown): boolean {
  const choices = member(chunk, 'choices');
  if (Array.isArray(choices)) return choices.length === 0;
  return isNothing(chunk, 'choices') && isNothing(chunk, 'type');
}

function isNothing(chunk: unknown, name: string): boolean {
  return (member(chunk, name) ?? null) === null;
}

/**
 * Undoes `stream_options.include_usage` in one event of a chat's stream. With it, OpenAI adds a last
 * chunk with the usage and no choices, and `"usage":null` to all the others (API reference,
 * "stream_options", 2026-08). Returns no bytes for that last chunk, and `bytes` if nothing was added.
 */
export function withoutUsage(bytes: Uint8Array, chunk: unknown): Uint8Array {
  if (isUsageChunk(chunk)) return new Uint8Array(0);
  return member(chunk, 'usage') === null ? withoutNullUsage(bytes) : bytes;
}

/** Cuts out the bytes of the member itself, so that all others stay as they were sent. */
function withoutNullUsage(bytes: Uint8Array): Uint8Array {
  const text = LATIN1.decode(bytes);
  for (const match of text.matchAll(NULL_USAGE)) {
    const end = match.index + match[0].length;
    const rest = joined([bytes.subarray(0, match.index), bytes.subarray(end)]);
    if (isOnlyUsage(text) || hasNoUsage(rest)) return rest;
  }
  return bytes;
}

/**
 * Whether the text has one `"usage"`, written without escapes: then it is the member, and what is left
 * needn't be parsed again. Within a string, its quotes would be escaped.
 */
function isOnlyUsage(text: string): boolean {
  return text.indexOf(USAGE) === text.lastIndexOf(USAGE) && !text.includes('\\u');
}

/** Also false if the cut hit a nested member or broke the JSON. */
function hasNoUsage(bytes: Uint8Array): boolean {
  const chunk = parseJson(parseEvent(bytes).data);
  return isObject(chunk) && !('usage' in chunk);
}
