import type { Call, Request } from '../model/call.ts';
import { countMember } from '../model/json.ts';
import { googlePath } from './native-path.ts';

/** Methods that run a model (Gemini API reference, 2026). Not `countTokens`, which is free. */
const METERED: readonly string[] = [
  'generateContent',
  'streamGenerateContent',
  'embedContent',
  'batchEmbedContents',
  'predict',
];

export function isMeteredByGemini(path: string): boolean {
  return METERED.includes(googlePath(path)?.method ?? '');
}

/** A call of the Gemini API, at Google AI Studio or Vertex. */
export function describeGemini({ method, path, body }: Request): Call | undefined {
  const native = googlePath(path);
  if (native === undefined || method.toUpperCase() !== 'POST') return undefined;
  if (!METERED.includes(native.method)) return undefined;
  return {
    model: native.model,
    stream: native.method.startsWith('stream'),
    maxOutputTokens: maxOutputTokens(body),
  };
}

/** For all candidates together. */
function maxOutputTokens(body: unknown): number | undefined {
  const each = countMember(body, 'generationConfig', 'maxOutputTokens');
  const candidates = countMember(body, 'generationConfig', 'candidateCount') ?? 1;
  return each === undefined ? undefined : each * Math.max(1, candidates);
}
