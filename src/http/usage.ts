import { countMember, isObject, type JsonObject, member } from '../model/json.ts';
import type { Usage } from '../model/usage.ts';

/**
 * The places of the usage in a response or event: at the top (chat completions, embeddings,
 * Anthropic's messages and `message_delta`), in the `response` of a Responses event, in Anthropic's
 * `message_start`, and in Groq's last chunk.
 */
const PLACES: readonly (readonly string[])[] = [
  ['usage'],
  ['response', 'usage'],
  ['message', 'usage'],
  ['x_groq', 'usage'],
];

/** The usage object of a response or event, in the provider's own form. */
export function reportedUsage(json: unknown): JsonObject | undefined {
  return PLACES.map((place) => member(json, ...place)).find(isObject);
}

/**
 * The usage that a response or an event reports; `undefined` for anything that reports no tokens.
 * Never throws.
 */
export function usageOf(json: unknown): Usage | undefined {
  const reported = reportedUsage(json);
  return reported === undefined ? undefined : normalizedUsage(reported);
}

/** `undefined` if no input tokens are reported, as for audio that is billed by duration. */
export function normalizedUsage(reported: JsonObject): Usage | undefined {
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

/** OpenAI's counts include cached tokens; Anthropic's `input_tokens` doesn't. */
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
