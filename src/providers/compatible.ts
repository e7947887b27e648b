import { UNKNOWN_SHAPE } from '../model/limits.ts';
import { claude } from './anthropic-protocol.ts';
import { chargeSum, openaiProtocol } from './openai-protocol.ts';
import type { Provider } from './provider.ts';

/** A host that speaks OpenAI's protocol, and of which nothing else is known. */
export const compatible: Provider = {
  ...openaiProtocol,
  name: 'compatible',
  shape: () => UNKNOWN_SHAPE,

  correction: 'unknown',

  /** The most that any host is known to charge: Cerebras and Bedrock do (2026-07). */
  charge: chargeSum,
};

/** A host that speaks Anthropic's protocol, and of which nothing else is known. */
export const anthropicCompatible: Provider = {
  ...claude,
  name: 'anthropic-compatible',
  shape: () => UNKNOWN_SHAPE,
};
