import { chargeSum, describeOpenAI, openaiWire } from './openai-wire.ts';
import type { Provider } from './provider.ts';
import { deploymentIn } from './request-path.ts';

/** Azure OpenAI, whose limits are a deployment's (learn.microsoft.com, "Quota", 2026-08). */
export const azure: Provider = {
  ...openaiWire,
  name: 'azure',

  describe(request) {
    const call = describeOpenAI(request);
    return call && { ...call, model: deploymentIn(request.path) ?? call.model };
  },

  /** Tokens are counted in a minute that starts anew; requests in slices of 1 or 10 s. */
  shape: (dimension) =>
    dimension === 'requests'
      ? { enforcement: 'slices', burstSeconds: 1 }
      : { enforcement: 'window', burstSeconds: 60 },

  correction: 'unknown',

  /** Prompt, `max_tokens` and `best_of`, estimated when the request arrives. */
  charge: chargeSum,
};
