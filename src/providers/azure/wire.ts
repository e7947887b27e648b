import type { Wire } from '../definition.ts';
import { describeOpenAI } from '../openai-protocol.ts';
import { deploymentIn } from '../request-path.ts';

/** Azure OpenAI, where each deployment has limits of its own ("Quota", 2026-08). */
export const wire: Wire = {
  openai: {
    name: 'azure',

    describe(request) {
      const call = describeOpenAI(request);
      return call && { ...call, model: deploymentIn(request.path) ?? call.model };
    },
  },
};
