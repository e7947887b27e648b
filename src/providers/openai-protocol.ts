import { classify } from '../http/refusal.ts';
import type { Call, Request } from '../model/call.ts';
import type { Cost } from '../model/limits.ts';
import type { CallEstimate, Usage } from '../model/usage.ts';
import { countIn, isStreamIn, modelIn, promptsIn } from './call-body.ts';
import type { Provider } from './provider.ts';
import { isEndpoint } from './request-path.ts';

/** Endpoints that run a model (API reference, 2026-08). All others aren't metered. */
const METERED: readonly string[] = [
  'chat/completions',
  'completions',
  'responses',
  'responses/compact',
  'embeddings',
  'images/generations',
  'images/edits',
  'images/variations',
  'audio/speech',
  'audio/transcriptions',
  'audio/translations',
  'moderations',
];

export function isMeteredByOpenAI(path: string): boolean {
  return METERED.some((endpoint) => isEndpoint(path, endpoint));
}

export function describeOpenAI({ method, path, body }: Request): Call | undefined {
  if (method.toUpperCase() !== 'POST') return undefined;
  if (!isMeteredByOpenAI(path)) return undefined;
  return {
    model: modelIn(body),
    stream: isStreamIn(body),
    maxOutputTokens: maxOutputTokens(body),
  };
}

/** For all choices together; with `best_of`, more are generated than returned. */
function maxOutputTokens(body: unknown): number | undefined {
  const each = countIn(body, 'max_completion_tokens', 'max_output_tokens', 'max_tokens');
  const choices = Math.max(1, countIn(body, 'n') ?? 1, countIn(body, 'best_of') ?? 1);
  return each === undefined ? undefined : each * choices * promptsIn(body);
}

/** The rules that all hosts with OpenAI's protocol share. */
export const openaiProtocol: Pick<Provider, 'describe' | 'expects' | 'settle' | 'classify'> = {
  expects: [],

  describe: describeOpenAI,
  settle: (usage: Usage) => ({
    requests: 1,
    tokens: usage.inputTokens + usage.outputTokens,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
  }),
  classify,
};

/** The input and the output limit; without a limit, the expected output. */
export function chargeSum(estimate: CallEstimate, call: Call): Cost {
  const { inputTokens } = estimate;
  const output = call.maxOutputTokens ?? estimate.expectedOutputTokens;
  const outputTokens = output ?? estimate.outputTokens;
  return { requests: 1, tokens: inputTokens + (output ?? 0), inputTokens, outputTokens };
}
