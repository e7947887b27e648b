import { field } from '../model/json.ts';
import type { Protocol } from '../providers/protocol-name.ts';

/**
 * What the AI SDK asks of Claude where its caller sets no maximum: all that the model can write
 * (`@ai-sdk/anthropic` 4.0). Older models, which can write less, cost little.
 */
const FILLS: readonly unknown[] = [32_000, 64_000, 128_000];
const AI_SDK = /\bai-sdk\b/;

/** What of a request's target tells whose it is. */
interface Sender {
  readonly protocol: Protocol;
  readonly headers: Headers;
}

/** Whether a call's `max_tokens` is nobody's wish. A caller who sets just this number isn't told apart. */
export function isFilled({ protocol, headers }: Sender, body: unknown): boolean {
  const isTheirs = protocol === 'anthropic' && AI_SDK.test(headers.get('user-agent') ?? '');
  return isTheirs && FILLS.includes(field(body, 'max_tokens'));
}
