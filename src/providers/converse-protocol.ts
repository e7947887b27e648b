import type { Call, Request } from '../model/call.ts';
import { countMember } from '../model/json.ts';
import { countIn } from './call-body.ts';
import { bedrockPath } from './native-path.ts';

/** Operations that run a model (Bedrock Runtime API reference, 2026). */
const METERED: readonly string[] = [
  'converse',
  'converse-stream',
  'invoke',
  'invoke-with-response-stream',
];

export function isMeteredByBedrock(path: string): boolean {
  return METERED.includes(bedrockPath(path)?.method ?? '');
}

/** A call of Bedrock's Converse API, or of `invoke`, whose bodies each maker words itself. */
export function describeConverse({ method, path, body }: Request): Call | undefined {
  const native = bedrockPath(path);
  if (native === undefined || method.toUpperCase() !== 'POST') return undefined;
  if (!METERED.includes(native.method)) return undefined;
  return {
    model: native.model,
    stream: native.method.endsWith('stream'),
    maxOutputTokens: maxOutputTokens(body),
  };
}

/** Of Converse and Nova; of Mistral and others, Llama; of Titan. */
function maxOutputTokens(body: unknown): number | undefined {
  return (
    countMember(body, 'inferenceConfig', 'maxTokens') ??
    countIn(body, 'max_tokens', 'max_gen_len') ??
    countMember(body, 'textGenerationConfig', 'maxTokenCount')
  );
}
