import type { Call, Request } from '../model/call.ts';
import { isObject } from '../model/json.ts';
import { countIn, isStreamIn, modelIn } from './call-body.ts';
import { barePath } from './request-path.ts';

/**
 * Vercel's AI Gateway in the AI SDK's own words: `/v4/ai/language-model` and the like, as
 * `@ai-sdk/gateway` 4 calls it. Beside it, the gateway speaks OpenAI's and Anthropic's protocols.
 */
const METERED =
  /\/ai\/(?:(?:language|decision|embedding|image|video|speech|transcription|reranking)-model|video-model\/start)$/;

export function isMeteredByGateway(path: string): boolean {
  return METERED.test(barePath(path));
}

/** The second is of gateways before version 3. */
const NAMES: readonly string[] = [
  'ai-language-model-id',
  'ai-embedding-model-id',
  'ai-image-model-id',
  'ai-model-id',
];

/** `request`: as `withNamedModel` returns it. */
export function describeGateway({ method, path, body }: Request): Call | undefined {
  if (method.toUpperCase() !== 'POST' || !isMeteredByGateway(path)) return undefined;
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
  if (!isMeteredByGateway(request.path) || !isObject(request.body)) return request;
  const model = NAMES.map((name) => headers.get(name)).find((named) => named !== null);
  const stream = headers.get('ai-language-model-streaming') === 'true';
  return { ...request, body: { model, stream, ...request.body } };
}
