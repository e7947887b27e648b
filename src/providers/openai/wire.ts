import type { Wire } from '../definition.ts';

/** OpenAI itself, and its regional hosts. */
export const wire: Wire = {
  openai: {
    name: 'openai',

    /** The larger of the input and `max_tokens` (rate limits guide, 2026-10), not their sum. */
    charge: ({ inputTokens, outputTokens }, call) => ({
      requests: 1,
      tokens: Math.max(inputTokens, call.maxOutputTokens ?? 0),
      inputTokens,
      outputTokens: call.maxOutputTokens ?? outputTokens,
    }),
  },
};
