import { chargeSum, openaiWire } from './openai-wire.ts';
import type { Provider, Shape } from './provider.ts';

/** Safe wherever nothing is known: hardly any burst, and never more than the limit in any window. */
export const UNKNOWN_SHAPE: Shape = { enforcement: 'slices', burstSeconds: 0.25 };

/** A host that speaks OpenAI's protocol, and of which nothing else is known. */
export const compatible: Provider = {
  ...openaiWire,
  name: 'compatible',
  shape: () => UNKNOWN_SHAPE,

  /** The most that any host is known to charge: Cerebras and Bedrock do (2026-07). */
  charge: chargeSum,
};
