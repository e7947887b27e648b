import { countField, field } from '../model/json.ts';
import { promptCount } from '../model/prompt-count.ts';
import type { Api } from './api.ts';

/** Where a call to an endpoint says how many tokens it may produce, and how many times over. */
interface OutputRule {
  readonly maximum: readonly string[];
  readonly times: readonly string[];
}

/** Where two names are given, the first is the newer, and wins. */
const RULES: Readonly<Partial<Record<Api, OutputRule>>> = {
  chat: { maximum: ['max_completion_tokens', 'max_tokens'], times: ['n'] },
  completions: { maximum: ['max_tokens'], times: ['n', 'best_of'] },
  responses: { maximum: ['max_output_tokens'], times: [] },
  messages: { maximum: ['max_tokens'], times: [] },
  complete: { maximum: ['max_tokens_to_sample'], times: [] },
};

/** The most tokens that a call allows for its output, all choices together; 0 if it doesn't say. */
export function declaredOutput(api: Api, body: unknown): number {
  const rule = RULES[api];
  if (rule === undefined) return 0;
  const maximum = rule.maximum.map((key) => countField(body, key)).find((found) => found > 0) ?? 0;
  const times = Math.max(1, ...rule.times.map((key) => countField(body, key)));
  return maximum * times * (api === 'completions' ? promptCount(field(body, 'prompt')) : 1);
}
