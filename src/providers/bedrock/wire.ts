import { claude } from '../anthropic-protocol.ts';
import type { Wire } from '../definition.ts';
import { chargeSum } from '../openai-protocol.ts';
import { limits, outputWeight } from './limits.ts';

/**
 * Claude on Amazon Bedrock ("Token burndown", 2026-08-27). It has one limit on tokens. A call first
 * takes its input and `max_tokens` from it; in the end its input without cache reads, and its output
 * several times.
 */
export const wire: Wire = {
  anthropic: {
    ...claude,
    shape: (dimension) => (dimension === 'requests' ? limits.shape.requests : limits.shape.tokens),
    charge: chargeSum,
    correction: limits.correction,
    expects: [],

    settle({ inputTokens: all, outputTokens, cachedInputTokens }, { model }) {
      const inputTokens = all - cachedInputTokens;
      const tokens = inputTokens + outputTokens * outputWeight(model);
      return { requests: 1, tokens, inputTokens, outputTokens };
    },
  },
};
