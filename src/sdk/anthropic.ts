import { isObject } from '../model/json.ts';
import { hostOfPreset } from '../presets/host.ts';
import { providerFor } from '../providers/directory.ts';
import { anthropicCounter, type CountsMessages } from '../tokens/remote-count.ts';
import type { Admission } from './admission.ts';
import type { Attempt } from './attempt.ts';
import type { ClientAdapter } from './client.ts';
import { isFinal } from './error-response.ts';
import { withOutput } from './lowered-output.ts';
import { classMethod, keepState } from './own-state.ts';
import { callerCounts, countResends, isFirst } from './retry-count.ts';
import { hasMethods, hostnameOf, hostOf } from './shape.ts';

/** Of the SDK's `FinalRequestOptions`, what is read here. */
interface RequestOptions {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
  readonly maxRetries?: number;
  readonly headers?: unknown;
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
  readonly _options?: { readonly defaultHeaders?: unknown; readonly apiKey?: unknown };
  backendMiddleware(): Middleware[];
  shouldRetry(response: Response, options: object): Promise<boolean>;
}

const METHODS = ['withOptions', 'backendMiddleware', 'shouldRetry'] as const;

export const anthropicAdapter: ClientAdapter = {
  home: 'anthropic',
  accepts: (client) => 'messages' in client && 'baseURL' in client && hasMethods(client, METHODS),
  upstream(client) {
    const { baseURL } = asAnthropic(client);
    return {
      provider: providerFor({ sdk: 'anthropic', baseURL, azure: false }),
      host: hostOf(baseURL),
      presetHost: hostOfPreset(hostnameOf(baseURL), 'anthropic'),
    };
  },
  // `accepts` has found an Anthropic client.
  counter: (client, clock) => anthropicCounter(client as CountsMessages, { clock }),
  wrap(client, admission, rewrap) {
    const original = asAnthropic(client);
    const clone = classMethod(original, 'withOptions').call(original, lostOptions(original));
    keepState(client, clone);
    const { withOptions, backendMiddleware, shouldRetry } = clone;
    const ours = limiting(clone, admission);
    Object.defineProperties(clone, {
      backendMiddleware: method(() => [ours, ...backendMiddleware.call(clone)]),
      shouldRetry: method(
        async (response: Response, options: object) =>
          !isFinal(response) && shouldRetry.call(clone, response, options),
      ),
      withOptions: method((options: object) => rewrap(withOptions.call(clone, options))),
    });
    return clone;
  },
};

/** `accepts` has looked at what TypeScript can't: `backendMiddleware` is protected. */
function asAnthropic(client: object): AnthropicClient {
  return client as AnthropicClient;
}

/** What the SDK's `withOptions` passes on itself, or builds anew. */
const PASSED_ON: readonly string[] = [
  'apiKey',
  'authToken',
  'baseURL',
  'maxRetries',
  'timeout',
  'logger',
  'logLevel',
  'fetch',
  'fetchOptions',
];

/**
 * The options that `withOptions` forgets: its siblings for Bedrock and Vertex keep theirs as
 * fields (`region`, `awsAccessKey`, …), and the one for Foundry takes a key that is a function,
 * or a resource instead of a URL, only by another name.
 */
function lostOptions(client: AnthropicClient): object {
  const own = Object.entries(client).filter(
    ([name, value]) => !name.startsWith('_') && !PASSED_ON.includes(name) && isPlain(value),
  );
  const lost = Object.fromEntries(own);
  if (!client.constructor.name.includes('Foundry')) return lost;
  const { apiKey } = client._options ?? {};
  const token = typeof apiKey === 'function' ? { azureADTokenProvider: apiKey, apiKey: null } : {};
  return { ...lost, ...token, resource: null };
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' && value !== undefined;
}

function method(value: (...args: never[]) => unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true };
}

/** The middleware that lets each attempt wait, and sends it again where there was no room. */
function limiting(client: AnthropicClient, admission: Admission): Middleware {
  return async (request, next, { options }) => {
    if (options === undefined) return next(request);
    const { method, path } = options;
    const described = { method, path, body: bodyOf(client, request, options) };
    const call = admission.describe(described);
    if (call === undefined) return next(request);
    const signal = options.signal ?? undefined;
    const mayRetry = allowsRetries(client, options) && typeof request.body === 'string';
    const counts = countsOf(options, request.headers);
    const count = counter(client, request, options);
    count(counts.resends);
    let earlier: Attempt | undefined;
    for (;;) {
      const attempt = ++counts.attempts;
      const hooked = { ...described, signal, mayRetry, hidesUsage: false, earlier, attempt };
      const admitted = await admission.admit(hooked, call);
      const lowered = loweredRequest(path, request, admitted);
      const response = await admitted.receive(await sent(admitted, () => next(lowered)));
      if (admitted.again === undefined) return response;
      counts.resends++;
      count(1);
      earlier = admitted;
    }
  };
}

/** The request as it is, or with less output than it asks for. */
function loweredRequest(path: string, request: ApiRequest, { loweredOutput }: Attempt): ApiRequest {
  if (loweredOutput === undefined || typeof request.body !== 'string') return request;
  const body: unknown = parsed(request.body);
  return { ...request, body: JSON.stringify(withOutput(path, body, loweredOutput)) };
}

/** Adds to the request's retry count, unless that is the caller's. */
function counter(
  client: AnthropicClient,
  { headers }: ApiRequest,
  options: RequestOptions,
): (resends: number) => void {
  if (callerCounts(options.headers, client._options?.defaultHeaders)) return () => {};
  return (resends) => countResends(headers, resends);
}

function allowsRetries(client: AnthropicClient, { maxRetries }: RequestOptions): boolean {
  return (maxRetries ?? client.maxRetries) > 0;
}

/** How often a call was to be sent so far, and how often of these by us. */
interface Counts {
  attempts: number;
  resends: number;
}

/** The SDK's retries of a call have the same options; so may another call of the caller's. */
const counted = new WeakMap<object, Counts>();

function countsOf(options: RequestOptions, headers: Headers): Counts {
  const known = counted.get(options);
  if (known !== undefined && !isFirst(headers)) return known;
  const counts = { attempts: 0, resends: 0 };
  counted.set(options, counts);
  return counts;
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
  return typeof body === 'string' ? (parsed(body) ?? options.body) : options.body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
