import { countMember, isObject, type JsonObject, member } from '../model/json.ts';
import type { Usage } from '../model/usage.ts';

/**
 * Where a response or a stream's event carries its usage: at its top (chat completions, embeddings,
 * Anthropic's messages and `message_delta`), in a Responses event's `response`, in Anthropic's
 * `message_start`, and in Groq's last chunk.
 */
const PLACES: readonly (readonly string[])[] = [
  ['usage'],
  ['response', 'usage'],
  ['message', 'usage'],
  ['x_groq', 'usage'],
];

/** The object in which a response or an event reports its usage, as the provider wrote it. */
export function reportedUsage(json: unknown): JsonObject | undefined {
  return PLACES.map((place) => member(json, ...place)).find(isObject);
}

/**
 * What a response, or one event of a stream, says that its call used. Total: `undefined` for
 * anything that reports no tokens, whatever it is.
 */
export function usageOf(json: unknown): Usage | undefined {
  const reported = reportedUsage(json);
  return reported === undefined ? undefined : normalisedUsage(reported);
}

/** `undefined` where the input isn't reported: audio billed by its duration, say. */
export function normalisedUsage(reported: JsonObject): Usage | undefined {
  const output =
    countMember(reported, 'completion_tokens') ?? countMember(reported, 'output_tokens');
  const total = countMember(reported, 'total_tokens');
  const input = inputOf(reported) ?? (total === undefined ? undefined : total - (output ?? 0));
  if (input === undefined || input < 0 || input > Number.MAX_SAFE_INTEGER) return undefined;
  const cacheWriteTokens = Math.min(cacheWrittenOf(reported), input);
  const hour = countMember(reported, 'cache_creation', 'ephemeral_1h_input_tokens') ?? 0;
  return {
    inputTokens: input,
    // xAI and Gemini leave reasoning out of `completion_tokens`, but not out of the total.
    outputTokens: Math.max(output ?? 0, (total ?? 0) - input),
    cachedInputTokens: Math.min(cachedOf(reported), input),
    cacheWriteTokens,
    ...(hour > 0 ? { hourCacheWriteTokens: Math.min(hour, cacheWriteTokens) } : {}),
  };
}

/** OpenAI's counts include what was cached; Anthropic's `input_tokens` leaves it out. */
function inputOf(reported: JsonObject): number | undefined {
  const inclusive = countMember(reported, 'prompt_tokens');
  if (inclusive !== undefined) return inclusive;
  const uncached = countMember(reported, 'input_tokens');
  if (uncached === undefined) return undefined;
  const created = countMember(reported, 'cache_creation_input_tokens') ?? 0;
  return uncached + created + (countMember(reported, 'cache_read_input_tokens') ?? 0);
}

/** In order: chat completions, Responses, Anthropic, DeepSeek, Moonshot. */
function cachedOf(reported: JsonObject): number {
  return (
    countMember(reported, 'prompt_tokens_details', 'cached_tokens') ??
    countMember(reported, 'input_tokens_details', 'cached_tokens') ??
    countMember(reported, 'cache_read_input_tokens') ??
    countMember(reported, 'prompt_cache_hit_tokens') ??
    countMember(reported, 'cached_tokens') ??
    0
  );
}

function cacheWrittenOf(reported: JsonObject): number {
  return (
    countMember(reported, 'prompt_tokens_details', 'cache_write_tokens') ??
    countMember(reported, 'input_tokens_details', 'cache_write_tokens') ??
    countMember(reported, 'cache_creation_input_tokens') ??
    0
  );
}
