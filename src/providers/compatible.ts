import { UNKNOWN_SHAPE } from '../model/limits.ts';
import { chargeSum, openaiWire } from './openai-wire.ts';
import type { Provider } from './provider.ts';

/** A host that speaks OpenAI's protocol, and of which nothing else is known. */
export const compatible: Provider = {
  ...openaiWire,
  name: 'compatible',
  shape: () => UNKNOWN_SHAPE,

  correction: 'unknown',

  /** The most that any host is known to charge: Cerebras and Bedrock do (2026-07). */
  charge: chargeSum,
};
