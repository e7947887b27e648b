import type { Call, Request } from '../model/call.ts';
import { isObject } from '../model/json.ts';
import { countIn, isStreamIn, modelIn } from './call-body.ts';
import { barePath } from './request-path.ts';

/**
 * Vercel's AI Gateway in the AI SDK's own words: `/v4/ai/language-model` and the like, as
 * `@ai-sdk/gateway` 4 calls it. Beside it, the gateway speaks OpenAI's and Anthropic's protocols.
 */
const METERED =
  /\/(?:(?:language|decision|embedding|image|video|speech|transcription|reranking)-model|video-model\/start)$/;
const HOME = /\/ai\/(?:[a-z]+-model|video-model\/start)$/;

/** At any other base URL, only its headers tell a call to it from somebody's own path. */
export function isMeteredByGateway(path: string, headers?: Headers): boolean {
  const bare = barePath(path);
  const isNamed = headers !== undefined && modelNamedIn(headers) !== undefined;
  return METERED.test(bare) && (isNamed || HOME.test(bare));
}

/** The second is of gateways before version 3. */
const NAMES: readonly string[] = [
  'ai-language-model-id',
  'ai-embedding-model-id',
  'ai-image-model-id',
  'ai-model-id',
];

function modelNamedIn(headers: Headers): string | undefined {
  return NAMES.map((name) => headers.get(name)).find((named) => named !== null) ?? undefined;
}

/** `request`: as `withNamedModel` returns it. */
export function describeGateway({ method, path, body }: Request): Call | undefined {
  if (method.toUpperCase() !== 'POST' || !METERED.test(barePath(path))) return undefined;
  return {
    model: modelIn(body),
    stream: isStreamIn(body),
    maxOutputTokens: countIn(body, 'maxOutputTokens'),
  };
}

/**
 * A request of the gateway, whose headers name the model and say whether it streams, with both in its
 * body, as other protocols have them. Any other request as it is.
 */
export function withNamedModel(request: Request, headers: Headers): Request {
  if (!METERED.test(barePath(request.path)) || !isObject(request.body)) return request;
  const model = modelNamedIn(headers);
  const stream = headers.get('ai-language-model-streaming') === 'true';
  return { ...request, body: { model, stream, ...request.body } };
}
