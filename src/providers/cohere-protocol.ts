import type { Call, Request } from '../model/call.ts';
import { countIn, isStreamIn, modelIn } from './call-body.ts';
import { barePath } from './request-path.ts';

/** `/v1/chat`, `/v2/chat` and the others that run a model (API reference, 2026). */
const METERED = /\/v\d\/(?:chat|embed|rerank|generate|classify|summarize)$/;

export function isMeteredByCohere(path: string): boolean {
  return METERED.test(barePath(path));
}

export function describeCohere({ method, path, body }: Request): Call | undefined {
  if (method.toUpperCase() !== 'POST' || !isMeteredByCohere(path)) return undefined;
  return {
    model: modelIn(body),
    stream: isStreamIn(body),
    maxOutputTokens: countIn(body, 'max_tokens'),
  };
}
