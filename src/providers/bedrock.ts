import { correctionOf, outputWeightOf, shapeOf } from '../presets/enforcement.ts';
import { anthropic } from './anthropic.ts';
import { chargeSum } from './openai-wire.ts';
import type { Provider } from './provider.ts';

/**
 * Claude on Amazon Bedrock ("Token burndown", 2026-08-27): one limit on tokens, from which a call
 * takes its input and `max_tokens`, and in the end its input without cache reads, and its output
 * several times.
 */
export const claudeOnBedrock: Provider = {
  ...anthropic,
  shape: (dimension) => shapeOf('bedrock', dimension),
  charge: chargeSum,
  correction: correctionOf('bedrock') === 'settled' ? 'settled' : 'unknown',
  expects: [],

  settle({ inputTokens: all, outputTokens, cachedInputTokens }, { model }) {
    const inputTokens = all - cachedInputTokens;
    const tokens = inputTokens + outputTokens * outputWeightOf('bedrock', model);
    return { requests: 1, tokens, inputTokens, outputTokens };
  },
};
