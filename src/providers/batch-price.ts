/** OpenAI and Anthropic charge half of the list price in their Batch APIs (2026-11). */
export const BATCH_PRICE = 0.5;
