import { providerFor } from '../providers/directory.ts';
import type { Admission } from './admission.ts';
import type { Attempt } from './attempt.ts';
import type { ClientAdapter } from './client.ts';
import { countResends } from './retry-count.ts';
import { hasMethods, hostOf, isObject } from './shape.ts';

/** Of the SDK's `FinalRequestOptions`, what is read here. */
interface RequestOptions {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
  readonly maxRetries?: number;
  readonly middleware?: readonly unknown[];
}

interface ApiRequest {
  readonly headers: Headers;
  readonly body?: unknown;
}

type Next = (request: ApiRequest) => Promise<Response>;
type Middleware = (
  request: ApiRequest,
  next: Next,
  context: { readonly options?: RequestOptions | undefined },
) => Promise<Response>;

/**
 * The parts of an Anthropic client that the hook relies on. `backendMiddleware` is the innermost
 * part of the SDK's own middleware chain: it runs for each attempt, inside everything that could
 * send a request twice, before any timer, and sees Bedrock's and Vertex's calls as `/v1/messages`.
 */
interface AnthropicClient {
  readonly baseURL: string;
  readonly maxRetries: number;
  readonly middleware: readonly unknown[];
  withOptions(options: object): AnthropicClient;
  backendMiddleware(): Middleware[];
}

const METHODS = ['withOptions', 'backendMiddleware'] as const;

export const anthropicAdapter: ClientAdapter = {
  accepts: (client) => 'messages' in client && 'baseURL' in client && hasMethods(client, METHODS),
  upstream(client) {
    const { baseURL } = asAnthropic(client);
    return {
      provider: providerFor({ sdk: 'anthropic', baseURL, azure: false }),
      host: hostOf(baseURL),
    };
  },
  wrap(client, admission, rewrap) {
    const clone = asAnthropic(client).withOptions({});
    const { withOptions, backendMiddleware } = clone;
    const ours = limiting(clone, admission);
    Object.defineProperties(clone, {
      backendMiddleware: method(() => [ours, ...backendMiddleware.call(clone)]),
      withOptions: method((options: object) => rewrap(withOptions.call(clone, options))),
    });
    return clone;
  },
};

/** `accepts` has looked at what TypeScript can't: `backendMiddleware` is protected. */
function asAnthropic(client: object): AnthropicClient {
  return client as AnthropicClient;
}

function method(value: (...args: never[]) => unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true };
}

/** The middleware that lets each attempt wait, and sends it again where there was no room. */
function limiting(client: AnthropicClient, admission: Admission): Middleware {
  return async (request, next, { options }) => {
    if (options === undefined) return next(request);
    const described = {
      method: options.method,
      path: options.path,
      body: bodyOf(client, request, options),
    };
    const call = admission.describe(described);
    if (call === undefined) return next(request);
    const signal = options.signal ?? undefined;
    const mayRetry =
      (options.maxRetries ?? client.maxRetries) > 0 && typeof request.body === 'string';
    let earlier: Attempt | undefined;
    for (let attempt = 1; ; attempt++) {
      const hooked = { ...described, signal, mayRetry, hidesUsage: false, earlier, attempt };
      const admitted = await admission.admit(hooked, call);
      const response = await admitted.receive(await sent(admitted, () => next(request)));
      if (admitted.again === undefined) return response;
      countResends(request.headers, 1, attempt + client.maxRetries);
      earlier = admitted;
    }
  };
}

async function sent(attempt: Attempt, send: () => Promise<Response>): Promise<Response> {
  attempt.send();
  try {
    return await send();
  } catch (error) {
    attempt.lose();
    throw error;
  }
}

/**
 * The body as it will be sent. A middleware may have rewritten it, for another model say; where
 * there is none, the caller's object saves parsing what the SDK has just written.
 */
function bodyOf(client: AnthropicClient, { body }: ApiRequest, options: RequestOptions): unknown {
  const mayBeRewritten = client.middleware.length > 0 || (options.middleware?.length ?? 0) > 0;
  if (!mayBeRewritten && isObject(options.body)) return options.body;
  try {
    return typeof body === 'string' ? JSON.parse(body) : options.body;
  } catch {
    return options.body;
  }
}
