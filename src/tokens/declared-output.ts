import { countField, field } from '../model/json.ts';
import { promptCount } from '../model/prompt-count.ts';
import type { Api } from './api.ts';

/** The fields of an API that limit the output, and that multiply it. */
interface OutputRule {
  /** The member of the body that they are in. @default the body itself */
  readonly within?: string;
  readonly maximum: readonly string[];
  readonly times: readonly string[];
}

/** Of two names, the first is the newer one and wins. */
const RULES: Readonly<Partial<Record<Api, OutputRule>>> = {
  chat: { maximum: ['max_completion_tokens', 'max_tokens'], times: ['n'] },
  completions: { maximum: ['max_tokens'], times: ['n', 'best_of'] },
  responses: { maximum: ['max_output_tokens'], times: [] },
  messages: { maximum: ['max_tokens'], times: [] },
  complete: { maximum: ['max_tokens_to_sample'], times: [] },
  gemini: {
    within: 'generationConfig',
    maximum: ['maxOutputTokens'],
    times: ['candidateCount'],
  },
  cohere: { maximum: ['max_tokens'], times: [] },
  gateway: { maximum: ['maxOutputTokens'], times: [] },
  converse: { within: 'inferenceConfig', maximum: ['maxTokens'], times: [] },
};

/** The output limit of a call, all choices together; 0 if it sets none. */
export function declaredOutput(api: Api, body: unknown): number {
  const rule = RULES[api];
  if (rule === undefined) return 0;
  const { within } = rule;
  const config = within === undefined ? body : field(body, within);
  const maximum =
    rule.maximum.map((key) => countField(config, key)).find((found) => found > 0) ?? 0;
  const times = Math.max(1, ...rule.times.map((key) => countField(config, key)));
  return maximum * times * (api === 'completions' ? promptCount(field(body, 'prompt')) : 1);
}
