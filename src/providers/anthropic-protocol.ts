import type { Call } from '../model/call.ts';
import type { CallEstimate } from '../model/usage.ts';
import { countIn, isStreamIn, modelIn } from './call-body.ts';
import type { Provider } from './provider.ts';
import { isEndpoint } from './request-path.ts';

/**
 * The assumed output of a call. `max_tokens` doesn't tell: it doesn't count towards OTPM, and people
 * set it to the model's maximum. With 1,024, a limit of 400,000 OTPM still admits 390 calls at once. A
 * longer answer is a debt, for which later calls wait.
 */
const EXPECTED_OUTPUT_TOKENS = 1024;

/** Messages, and the older completions. */
const METERED: readonly string[] = ['messages', 'complete'];

/** Not `messages/count_tokens` (free, with a limit of its own), nor `messages/batches`. */
export function isMeteredByClaude(path: string): boolean {
  return METERED.some((endpoint) => isEndpoint(path, endpoint));
}

/** Claude Haiku 3.5 is the one model whose cache reads count (docs.claude.com, 2026-08). */
const COUNTS_CACHE_READS = /haiku-3-5|3-5-haiku/;

/** Claude at Anthropic, on Vertex and on Foundry. Source: "Rate limits", 2026-08. */
export const claude: Provider = {
  name: 'anthropic',

  describe({ method, path, body }) {
    if (method.toUpperCase() !== 'POST' || !isMeteredByClaude(path)) return undefined;
    return {
      model: modelIn(body),
      stream: isStreamIn(body),
      maxOutputTokens: countIn(body, 'max_tokens', 'max_tokens_to_sample'),
    };
  },

  /** "60 RPM may be enforced as 1 request per second"; tokens are a bucket. */
  shape: (dimension) =>
    dimension === 'requests'
      ? { enforcement: 'slices', burstSeconds: 1, isUnknown: true }
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
};

/** The output of similar calls lately; before the first of them, `EXPECTED_OUTPUT_TOKENS`. */
function expectedOutput({ expectedOutputTokens }: CallEstimate, { maxOutputTokens }: Call): number {
  const most = maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const isExperience = expectedOutputTokens !== undefined && expectedOutputTokens < most;
  return isExperience ? expectedOutputTokens : Math.min(most, EXPECTED_OUTPUT_TOKENS);
}
