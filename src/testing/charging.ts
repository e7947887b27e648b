import type { JsonObject } from '../model/json.ts';
import type { SimulatedCall } from './call.ts';
import type { MeteredName } from './limit-names.ts';
import { givenPromptOf } from './prompt.ts';
import type { Reply } from './reply.ts';

/** The charge of a call when it is admitted. */
export interface Charge {
  /** Counts against `tpm` and `tpd`. */
  readonly tokens: number;
  /** Counts against `itpm`. */
  readonly inputTokens: number;
}

/**
 * How much a call counts against the limits on all tokens (`tpm`, `tpd`).
 *
 * - `max`: the larger of `max_tokens` and the tokens of the request, when it is admitted. OpenAI's
 *   rate-limit guide (as of 2026-10).
 * - `sum`: both together. Azure's quota documentation (as of 2026-10); also Cerebras and Bedrock.
 * - `characters`: a quarter of the characters, rounded up, and 2 for each message, when it is
 *   admitted, as OpenAI's headers have shown since the middle of 2025.
 * - `produced`: the input when it is admitted, less what a cache has read, and output as it is
 *   produced. Anthropic's rate-limit page (as of 2026-10).
 * - a function: the number that it returns, when the call is admitted.
 *
 * Under every rule `itpm` counts the input at admission, less cache reads, and `otpm` the output as
 * it is produced: a call passes while there is any room for output, and may overdraw it.
 */
export type ChargeRule =
  | 'max'
  | 'sum'
  | 'characters'
  | 'produced'
  | ((call: SimulatedCall) => number);

export const CHARGE_NAMES = ['max', 'sum', 'characters', 'produced'] as const;

export function chargeFor(rule: ChargeRule, call: SimulatedCall, reply: Reply): Charge {
  const allowed = (call.maxOutputTokens ?? 0) * call.choices;
  const inputTokens = Math.max(0, call.inputTokens - reply.cachedInputTokens);
  const tokens = () => {
    if (typeof rule === 'function') return rule(call);
    if (rule === 'characters') return byCharacters(call.body);
    if (rule === 'max') return Math.max(allowed, call.inputTokens);
    return rule === 'sum' ? call.inputTokens + allowed : inputTokens;
  };
  return { tokens: tokens(), inputTokens };
}

function byCharacters(body: JsonObject): number {
  const { messages } = body;
  const count = Array.isArray(messages) ? messages.length : 0;
  return Math.ceil(givenPromptOf({ ...body, tools: [] }).text.length / 4) + 2 * count;
}

/** What `charge` takes from the limit called `name`; nothing from `otpm` before there is output. */
export function amountOf(name: MeteredName, charge: Charge): number {
  if (name === 'rpm' || name === 'rpd') return 1;
  if (name === 'itpm') return charge.inputTokens;
  return name === 'otpm' ? 0 : charge.tokens;
}
