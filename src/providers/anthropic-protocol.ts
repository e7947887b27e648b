import { classify } from '../http/refusal.ts';
import type { Call } from '../model/call.ts';
import type { CallEstimate } from '../model/usage.ts';
import { countIn, isStreamIn, modelIn } from './call-body.ts';
import type { Provider } from './provider.ts';
import { isEndpoint } from './request-path.ts';

/**
 * Output that a call is expected to produce. `max_tokens` says nothing of it: it doesn't count
 * towards OTPM, and people set it to all that a model can do. With 1,024 a limit of 400,000 OTPM
 * still admits 390 calls at once, and a longer answer is debt that the following calls wait off.
 */
const EXPECTED_OUTPUT_TOKENS = 1024;

/** Messages, and the completions that came before them. */
const METERED: readonly string[] = ['messages', 'complete'];

/** Claude Haiku 3.5 is the one model whose cache reads count (docs.claude.com, 2026-08). */
const COUNTS_CACHE_READS = /haiku-3-5|3-5-haiku/;

/** Claude at Anthropic, on Vertex and on Foundry. Source: "Rate limits", 2026-08. */
export const claude: Provider = {
  name: 'anthropic',

  /** Not `messages/count_tokens` (a limit of its own, and free), nor `messages/batches`. */
  describe({ method, path, body }) {
    const isMetered = METERED.some((endpoint) => isEndpoint(path, endpoint));
    if (method.toUpperCase() !== 'POST' || !isMetered) return undefined;
    return {
      model: modelIn(body),
      stream: isStreamIn(body),
      maxOutputTokens: countIn(body, 'max_tokens', 'max_tokens_to_sample'),
    };
  },

  /** "60 RPM may be enforced as 1 request per second"; tokens are a bucket. */
  shape: (dimension) =>
    dimension === 'requests'
      ? { enforcement: 'slices', burstSeconds: 1 }
      : { enforcement: 'bucket', burstSeconds: 60 },

  charge(estimate, call) {
    const { inputTokens } = estimate;
    const outputTokens = expectedOutput(estimate, call);
    return { requests: 1, tokens: inputTokens + outputTokens, inputTokens, outputTokens };
  },

  correction: 'settled',

  expects: ['outputTokens'],

  settle(usage, call) {
    const free = COUNTS_CACHE_READS.test(call.model) ? 0 : usage.cachedInputTokens;
    const inputTokens = usage.inputTokens - free;
    const { outputTokens } = usage;
    return { requests: 1, tokens: inputTokens + outputTokens, inputTokens, outputTokens };
  },

  classify,
};

/** What calls of this kind have lately produced; without experience, what most calls stay below. */
function expectedOutput({ expectedOutputTokens }: CallEstimate, { maxOutputTokens }: Call): number {
  const most = maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const isExperience = expectedOutputTokens !== undefined && expectedOutputTokens < most;
  return isExperience ? expectedOutputTokens : Math.min(most, EXPECTED_OUTPUT_TOKENS);
}
