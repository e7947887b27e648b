import type { Call, Request } from '../model/call.ts';
import { countMember } from '../model/json.ts';
import { isStreamIn, modelIn } from './call-body.ts';
import { googlePath } from './native-path.ts';
import { barePath } from './request-path.ts';

/** Methods that run a model (Gemini API reference, 2026). Not `countTokens`, which is free. */
const METERED: readonly string[] = [
  'generateContent',
  'streamGenerateContent',
  'embedContent',
  'batchEmbedContents',
  'predict',
];

/** Google's newer API, which names the model in the body: of its SDK 3.3. */
const INTERACTIONS = /\/v\d\w*\/interactions$/;

export function isMeteredByGemini(path: string): boolean {
  return METERED.includes(googlePath(path)?.method ?? '') || isInteraction(path);
}

function isInteraction(path: string): boolean {
  return INTERACTIONS.test(barePath(path));
}

/** A call of the Gemini API, at Google AI Studio or Vertex. */
export function describeGemini({ method, path, body }: Request): Call | undefined {
  if (isInteraction(path)) return method.toUpperCase() === 'POST' ? interaction(body) : undefined;
  const native = googlePath(path);
  if (native === undefined || method.toUpperCase() !== 'POST') return undefined;
  if (!METERED.includes(native.method)) return undefined;
  return {
    model: native.model,
    stream: native.method.startsWith('stream'),
    maxOutputTokens: maxOutputTokens(body),
  };
}

function interaction(body: unknown): Call {
  return {
    model: modelIn(body).replace(/^models\//, ''),
    stream: isStreamIn(body),
    maxOutputTokens: countMember(body, 'generation_config', 'max_output_tokens'),
  };
}

/** For all candidates together. */
function maxOutputTokens(body: unknown): number | undefined {
  const each = countMember(body, 'generationConfig', 'maxOutputTokens');
  const candidates = countMember(body, 'generationConfig', 'candidateCount') ?? 1;
  return each === undefined ? undefined : each * Math.max(1, candidates);
}
