import type { Request } from '../model/call.ts';
import { isObject } from '../model/json.ts';
import { barePath, decoded } from './request-path.ts';

/** A model that the path names, and what is done with it. */
export interface NativePath {
  readonly model: string;
  readonly method: string;
}

/** Google's: `/v1beta/models/gemini-3.8-flash:generateContent`, also below a project of Vertex. */
const GOOGLE = /\/(?:models|tunedModels|endpoints)\/([^/:]+):(\w+)$/;
/** Bedrock's: `/model/us.amazon.nova-pro-v1%3A0/converse`. */
const BEDROCK = /\/model\/([^/]+)\/([a-z-]+)$/;

export function googlePath(path: string): NativePath | undefined {
  return pathBy(GOOGLE, path);
}

export function bedrockPath(path: string): NativePath | undefined {
  return pathBy(BEDROCK, path);
}

function pathBy(pattern: RegExp, path: string): NativePath | undefined {
  const [, model, method] = pattern.exec(barePath(path)) ?? [];
  return model === undefined || method === undefined
    ? undefined
    : { model: decoded(model), method };
}

const CLAUDE = /claude|anthropic/i;

/** Claude's own bodies on Vertex and Bedrock: `undefined` for any other path. */
function claudePath(path: string): NativePath | undefined {
  const google = googlePath(path);
  if (google !== undefined)
    return /^(?:stream)?rawPredict$/i.test(google.method) ? google : undefined;
  const bedrock = bedrockPath(path);
  const isClaude = bedrock !== undefined && CLAUDE.test(bedrock.model);
  return isClaude && bedrock.method.startsWith('invoke') ? bedrock : undefined;
}

export function isClaudePath(path: string): boolean {
  return claudePath(path) !== undefined;
}

/**
 * A request of Claude at Vertex or Bedrock as Anthropic has it, and as the SDKs for these two see it:
 * `/v1/messages`, with the model in the body. Any other request as it is.
 */
export function asMessages(request: Request): Request {
  const path = claudePath(request.path);
  if (path === undefined) return request;
  const { model, method } = path;
  const given = isObject(request.body) ? request.body : {};
  const stream = /stream/i.test(method);
  return { ...request, path: '/v1/messages', body: { ...given, model, stream } };
}
