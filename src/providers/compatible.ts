import { UNKNOWN_SHAPE } from '../model/limits.ts';
import { claude } from './anthropic-protocol.ts';
import { chargeSum, openaiProtocol, SUM_OR_LESS } from './openai-protocol.ts';
import type { Provider } from './provider.ts';

/** An unknown host with OpenAI's protocol. */
export const compatible: Provider = {
  ...openaiProtocol,
  name: 'compatible',
  shape: () => UNKNOWN_SHAPE,

  correction: 'unknown',

  /** The highest charge of any known host: that of Cerebras and Bedrock (2026-07). */
  charge: chargeSum,
  charging: SUM_OR_LESS,
};

/** An unknown host with Anthropic's protocol. */
export const anthropicCompatible: Provider = {
  ...claude,
  name: 'anthropic-compatible',
  shape: () => UNKNOWN_SHAPE,
};
