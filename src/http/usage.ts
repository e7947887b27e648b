import {
  countMember,
  elementsOf,
  isCount,
  isObject,
  type JsonObject,
  member,
} from '../model/json.ts';
import type { Usage } from '../model/usage.ts';

/**
 * The places of the usage in a response or event: at the top (chat completions, embeddings,
 * Anthropic's messages and `message_delta`), in the `response` of a Responses event, in Anthropic's
 * `message_start`, in Groq's last chunk, in Gemini's `usageMetadata` and at the end of its
 * interactions, and where Cohere has it: in its second API, in the end of its streams, in its first
 * API, in embeddings. The last are of Bedrock's `invoke`: at the end of streams.
 */
const PLACES: readonly (readonly string[])[] = [
  ['usage', 'tokens'],
  ['usage'],
  ['response', 'usage'],
  ['message', 'usage'],
  ['x_groq', 'usage'],
  ['usageMetadata'],
  ['interaction', 'usage'],
  ['delta', 'usage', 'tokens'],
  ['meta', 'tokens'],
  ['response', 'meta', 'tokens'],
  ['meta', 'billed_units'],
  ['amazon-bedrock-invocationMetrics'],
];

/** The usage object of a response or event, in the provider's own form. */
export function reportedUsage(json: unknown): JsonObject | undefined {
  for (const place of PLACES) {
    const found = member(json, ...place);
    if (isObject(found)) return found;
  }
  return usageOfChoice(json) ?? embeddedUsage(json);
}

/** Moonshot has it in the last choice of a stream (earendil-works/pi#2017, higress-group/higress#1568). */
function usageOfChoice(json: unknown): JsonObject | undefined {
  const choices = member(json, 'choices');
  const found: unknown = Array.isArray(choices) ? member(choices[0], 'usage') : undefined;
  return isObject(found) ? found : undefined;
}

/** Vertex has the tokens of an embedding beside each (`:predict`, 2026). */
function embeddedUsage(json: unknown): JsonObject | undefined {
  const counts = [...elementsOf(member(json, 'predictions'))]
    .map((each) => countMember(each, 'embeddings', 'statistics', 'token_count'))
    .filter(isCount);
  return counts.length === 0 ? undefined : { tokens: counts.reduce((sum, each) => sum + each, 0) };
}

/**
 * The usage that a response or an event reports; `undefined` for anything that reports no tokens.
 * Never throws.
 */
export function usageOf(json: unknown): Usage | undefined {
  const reported = reportedUsage(json);
  return reported === undefined ? undefined : normalizedUsage(reported);
}

/**
 * `undefined` if no input tokens are reported, as for audio that is billed by duration. Where
 * Anthropic lists passes of the model (`iterations`), the usage at the top leaves out those that
 * compact the context: they count all together (recorded 2026-08).
 */
export function normalizedUsage(reported: JsonObject): Usage | undefined {
  const top = usageOfPass(reported);
  const { iterations } = reported;
  if (top === undefined || !Array.isArray(iterations)) return top;
  const passes = iterations.filter(isOwnPass).flatMap((each) => usageOfPass(each) ?? []);
  const sum = passes.reduce<Usage | undefined>(bothPasses, undefined);
  return sum !== undefined && isMore(sum, top) ? sum : top;
}

/** An adviser is another model, whose limits and prices are its own. */
function isOwnPass(pass: unknown): pass is JsonObject {
  return isObject(pass) && member(pass, 'type') !== 'advisor_message';
}

function bothPasses(one: Usage | undefined, other: Usage): Usage {
  if (one === undefined) return other;
  const hour = (one.hourCacheWriteTokens ?? 0) + (other.hourCacheWriteTokens ?? 0);
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
    ...(hour > 0 ? { hourCacheWriteTokens: hour } : {}),
  };
}

function isMore(one: Usage, other: Usage): boolean {
  const isInRange = one.inputTokens <= Number.MAX_SAFE_INTEGER;
  return (
    isInRange && one.inputTokens >= other.inputTokens && one.outputTokens >= other.outputTokens
  );
}

function usageOfPass(reported: JsonObject): Usage | undefined {
  const output = outputOf(reported);
  // In snake case nearly everywhere; Gemini's and Bedrock's.
  const total =
    countMember(reported, 'total_tokens') ??
    countMember(reported, 'totalTokenCount') ??
    countMember(reported, 'totalTokens');
  const stated = inputOf(reported) ?? (total === undefined ? undefined : total - (output ?? 0));
  const input =
    stated === undefined ? undefined : stated + audioBeside(reported, stated, output, total);
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

/** Mistral's input leaves out audio, which its total has (recorded 2026). */
function audioBeside(
  reported: JsonObject,
  input: number,
  output: number | undefined,
  total: number | undefined,
): number {
  const audio = countMember(reported, 'prompt_tokens_details', 'audio_tokens') ?? 0;
  return total !== undefined && input + audio + (output ?? 0) <= total ? audio : 0;
}

/** Gemini's candidates leave out the thoughts. */
function outputOf(reported: JsonObject): number | undefined {
  const told =
    countMember(reported, 'completion_tokens') ??
    countMember(reported, 'output_tokens') ??
    countMember(reported, 'outputTokens') ??
    countMember(reported, 'outputTokens', 'total') ??
    countMember(reported, 'outputTokenCount');
  const candidates =
    countMember(reported, 'candidatesTokenCount') ?? countMember(reported, 'total_output_tokens');
  const thoughts =
    countMember(reported, 'thoughtsTokenCount') ?? countMember(reported, 'total_thought_tokens');
  if (told !== undefined || (candidates ?? thoughts) === undefined) return told;
  return (candidates ?? 0) + (thoughts ?? 0);
}

/** Counts of OpenAI, Gemini and the AI SDK include cached tokens; those of Anthropic and Bedrock don't. */
function inputOf(reported: JsonObject): number | undefined {
  const inclusive = countMember(reported, 'prompt_tokens');
  if (inclusive !== undefined) return inclusive;
  const prompt = countMember(reported, 'promptTokenCount');
  if (prompt !== undefined) return prompt + (countMember(reported, 'toolUsePromptTokenCount') ?? 0);
  const turn = countMember(reported, 'total_input_tokens');
  if (turn !== undefined) return turn + (countMember(reported, 'total_tool_use_tokens') ?? 0);
  const total = countMember(reported, 'inputTokens', 'total') ?? countMember(reported, 'tokens');
  if (total !== undefined) return total;
  const uncached = countMember(reported, 'input_tokens') ?? countMember(reported, 'inputTokens');
  if (uncached === undefined) return countMember(reported, 'inputTokenCount');
  const created =
    countMember(reported, 'cache_creation_input_tokens') ??
    countMember(reported, 'cacheWriteInputTokens');
  const read =
    countMember(reported, 'cache_read_input_tokens') ??
    countMember(reported, 'cacheReadInputTokens');
  return uncached + (created ?? 0) + (read ?? 0);
}

/** In order: chat completions, Responses, Anthropic, DeepSeek, Moonshot, Gemini, Bedrock, the AI SDK. */
function cachedOf(reported: JsonObject): number {
  return (
    countMember(reported, 'prompt_tokens_details', 'cached_tokens') ??
    countMember(reported, 'input_tokens_details', 'cached_tokens') ??
    countMember(reported, 'cache_read_input_tokens') ??
    countMember(reported, 'prompt_cache_hit_tokens') ??
    countMember(reported, 'cached_tokens') ??
    countMember(reported, 'cachedContentTokenCount') ??
    countMember(reported, 'total_cached_tokens') ??
    countMember(reported, 'cacheReadInputTokens') ??
    countMember(reported, 'inputTokens', 'cacheRead') ??
    0
  );
}

function cacheWrittenOf(reported: JsonObject): number {
  return (
    countMember(reported, 'prompt_tokens_details', 'cache_write_tokens') ??
    countMember(reported, 'prompt_tokens_details', 'cache_creation_tokens') ??
    countMember(reported, 'input_tokens_details', 'cache_write_tokens') ??
    countMember(reported, 'cache_creation_input_tokens') ??
    countMember(reported, 'cacheWriteInputTokens') ??
    countMember(reported, 'inputTokens', 'cacheWrite') ??
    0
  );
}
