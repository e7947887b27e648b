import { openaiWire } from './openai-wire.ts';
import type { Provider } from './provider.ts';

/** OpenAI itself, and its regional hosts. */
export const openai: Provider = {
  ...openaiWire,
  name: 'openai',

  /**
   * A bucket that holds a minute's worth: eight published 429 texts state exactly the wait of one,
   * (used + requested − limit) / limit · 60 s (2024 to 2026).
   */
  shape: () => ({ enforcement: 'bucket', burstSeconds: 60 }),

  correction: 'never',

  /** The larger of the input and `max_tokens` (rate limits guide, 2026-10), not their sum. */
  charge: ({ inputTokens, outputTokens }, call) => ({
    requests: 1,
    tokens: Math.max(inputTokens, call.maxOutputTokens ?? 0),
    inputTokens,
    outputTokens: call.maxOutputTokens ?? outputTokens,
  }),
};
