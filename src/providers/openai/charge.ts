import type { PromptSize } from '../../model/call.ts';
import { modelId } from '../model-id.ts';

/**
 * What OpenAI takes from a limit on tokens when it admits a call: limit − remaining in the headers of
 * 1,633 recorded answers (2023 to 2026). Chat and embeddings, since May 2025: a quarter of the
 * characters and 2 a message, within 2 tokens in 9 of 10; until May 2024 `max_tokens` was added, and
 * in between both occur. Functions, `max_tokens` and output aren't charged then. The guide still says
 * that `max_tokens` is (2026-10).
 */
const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_MESSAGE = 2;
/** Instead of its tokens (13 recorded answers, 2025 and 2026). */
const TOKENS_PER_IMAGE = 765;

/**
 * The Responses API takes the prompt's tokens, and an allowance: 19, with functions 217, within 2
 * tokens in 115 of 116 answers of models that don't reason (May 2025 to August 2026). For models that
 * reason, 217 and with functions 496 (gpt-5-nano; gpt-5.4 without functions: 163); what output
 * exceeds that is charged when the call ends (174 of 182, December 2025 to August 2026).
 */
const ALLOWANCE = { plain: 19, functions: 217 };
const REASONING_ALLOWANCE = { plain: 217, functions: 496 };
const REASONS = /^(?:gpt-[5-9]|o\d)/;

/** @param inputTokens - as estimated by the model's own tokenizer */
export function chargedByOpenAI(model: string, inputTokens: number, prompt: PromptSize): number {
  const images = TOKENS_PER_IMAGE * prompt.images;
  if (prompt.isResponses && prompt.images === 0) {
    const allowance = REASONS.test(modelId(model)) ? REASONING_ALLOWANCE : ALLOWANCE;
    return inputTokens + (prompt.hasFunctions ? allowance.functions : allowance.plain);
  }
  const ofText = Math.ceil(prompt.characters / CHARACTERS_PER_TOKEN);
  return ofText + TOKENS_PER_MESSAGE * prompt.messages + images;
}
