import { amount } from '../../model/limits.ts';
import type { Wire } from '../definition.ts';
import { chargeExpected, chargesOf, describeOpenAI } from '../openai-protocol.ts';
import { promptSize } from '../prompt-size.ts';
import { isEndpoint } from '../request-path.ts';
import { chargedByOpenAI } from './charge.ts';

/** Of others, no charge was recorded. */
const TEXT: readonly string[] = ['chat/completions', 'completions', 'embeddings', 'responses'];

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

    /** The larger of the input and `max_tokens` (rate limits guide, 2026-10), not their sum. */
    charge: ({ inputTokens, outputTokens }, call) => ({
      requests: 1,
      tokens: Math.max(inputTokens, call.maxOutputTokens ?? 0),
      inputTokens,
      outputTokens: call.maxOutputTokens ?? outputTokens,
    }),

    charging: {
      recorded: { at: 'bare', isSettled: false },
      careful: (estimate, call) => amount(chargeExpected(estimate, call), 'tokens'),
      charges(estimate, call) {
        const { model, prompt } = call;
        const { inputTokens } = estimate;
        return chargesOf(
          prompt ? chargedByOpenAI(model, inputTokens, prompt) : inputTokens,
          estimate,
          call,
        );
      },
    },
  },
};
