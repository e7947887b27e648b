import type { Call } from '../../model/call.ts';
import { amount } from '../../model/limits.ts';
import type { CallEstimate } from '../../model/usage.ts';
import type { Wire } from '../definition.ts';
import { chargeExpected, chargesOf, describeOpenAI } from '../openai-protocol.ts';
import { promptSize } from '../prompt-size.ts';
import { isEndpoint } from '../request-path.ts';
import { chargedByOpenAI } from './charge.ts';

/** Of others, no charge was recorded. */
const TEXT: readonly string[] = ['chat/completions', 'completions', 'embeddings', 'responses'];

/** The larger of the input and `max_tokens` (rate limits guide, 2026-10), not their sum. */
function published({ inputTokens }: CallEstimate, { maxOutputTokens = 0 }: Call): number {
  return Math.max(inputTokens, maxOutputTokens);
}

/** OpenAI itself, and its regional hosts. */
export const wire: Wire = {
  openai: {
    name: 'openai',

    describe(request) {
      const call = describeOpenAI(request);
      const isText = TEXT.some((endpoint) => isEndpoint(request.path, endpoint));
      if (call === undefined || !isText) return call;
      return { ...call, prompt: promptSize(request.path, request.body) };
    },

    charge: (estimate, call) => ({
      requests: 1,
      tokens: published(estimate, call),
      inputTokens: estimate.inputTokens,
      outputTokens: call.maxOutputTokens ?? estimate.outputTokens,
    }),

    charging: {
      recorded: { at: 'bare', isSettled: false },
      /** What the guide says, or what the call is expected to take, where that is less. */
      careful: (estimate, call) =>
        Math.min(published(estimate, call), amount(chargeExpected(estimate, call), 'tokens')),
      charges(estimate, call) {
        const { model, prompt } = call;
        // What its own tools find isn't known when the call begins, and isn't charged then.
        const { inputTokens, firmInputTokens: firm = inputTokens } = estimate;
        return chargesOf(prompt ? chargedByOpenAI(model, firm, prompt) : firm, estimate, call);
      },
    },
  },
};
