import { callIdOf, newCallNumber } from '../model/call-id.ts';
import { isObject, parseJson } from '../model/json.ts';
import type { CountsMessages } from '../tokens/remote-count.ts';
import type { Attempt } from './attempt.ts';
import type { ClientAdapter } from './client.ts';
import { classMethod, hasMethods, keepState } from './client-object.ts';
import type { ClientPipeline } from './client-pipeline.ts';
import { isFinal } from './final-response.ts';
import { lateCounter } from './late-counter.ts';
import { refusalOr, refusedAttempt, sent } from './resend.ts';
import { callerCounts, countResends, isFirst } from './retry-count.ts';

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
  methods: METHODS,
  accepts: (client) => 'messages' in client && 'baseURL' in client && hasMethods(client, METHODS),
  destination: (client) => ({
    sdk: 'anthropic',
    baseURL: asAnthropic(client).baseURL,
    azure: false,
  }),
  // `accepts` has found an Anthropic client.
  counter: (client, limiter) =>
    lateCounter(limiter, ({ anthropicCounter }) =>
      anthropicCounter(client as CountsMessages, { clock: limiter.clock }),
    ),
  wrap(client, pipeline, rewrap) {
    const original = asAnthropic(client);
    const clone = classMethod(original, 'withOptions').call(original, lostOptions(original));
    keepState(client, clone);
    const { withOptions, backendMiddleware, shouldRetry } = clone;
    const ours = limiting(clone, pipeline);
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

/** Options that the SDK's `withOptions` passes on or builds anew. */
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
 * The options that `withOptions` loses. Clients for Bedrock and Vertex keep theirs as fields
 * (`region`, `awsAccessKey`, …). Foundry's takes a key that is a function, or a resource instead of
 * a URL, under another name.
 */
function lostOptions(client: AnthropicClient): object {
  const own = Object.entries(client).filter(
    ([name, value]) => !name.startsWith('_') && !PASSED_ON.includes(name) && isPlain(value),
  );
  const lost = Object.fromEntries(own);
  if (!isFoundry(client)) return lost;
  const { apiKey } = client._options ?? {};
  const token = typeof apiKey === 'function' ? { azureADTokenProvider: apiKey, apiKey: null } : {};
  return { ...lost, ...token, resource: null };
}

/** By its fields: the name of its class is lost where code is minified. It serves no `models`. */
function isFoundry(client: AnthropicClient): boolean {
  return Object.hasOwn(client, 'resource') && Reflect.get(client, 'models') === undefined;
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' && value !== undefined;
}

function method(value: (...args: never[]) => unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true };
}

/** The middleware that queues each attempt, and resends it after a refusal. */
function limiting(client: AnthropicClient, ofClient: ClientPipeline): Middleware {
  return async (request, next, { options }) => {
    if (options === undefined) return next(request);
    const pipeline = await ofClient.load();
    const { method, path } = options;
    const described = { method, path, body: bodyOf(client, request, options) };
    const call = pipeline.describe(described);
    if (call === undefined) return next(request);
    const signal = options.signal ?? undefined;
    const mayRetry = allowsRetries(client, options) && typeof request.body === 'string';
    const counts = countsOf(options, request.headers);
    const count = counter(client, request, options);
    count(counts.resends);
    let earlier: Attempt | undefined;
    for (;;) {
      const attempt = ++counts.attempts;
      const previous = refusedAttempt(counts.last);
      const question = undefined;
      const { callId } = counts;
      const hooked = { ...described, signal, mayRetry, question, callId, attempt };
      const admitted = await pipeline
        .admit(hooked, call, { earlier, previous })
        .catch((error) => refusalOr(error, previous));
      if (admitted instanceof Response) return admitted;
      counts.last = admitted;
      const lowered = loweredRequest(path, request, admitted);
      const response = await admitted.receive(
        await sent(admitted, () => ofClient.sending(() => next(lowered))),
      );
      if (admitted.refusals.again === undefined) return response;
      counts.resends++;
      count(1);
      earlier = admitted;
    }
  };
}

/** The request, with its output lowered if the attempt says so. */
function loweredRequest(path: string, request: ApiRequest, attempt: Attempt): ApiRequest {
  if (!attempt.isLowered || typeof request.body !== 'string') return request;
  const body: unknown = parseJson(request.body);
  return { ...request, body: JSON.stringify(attempt.lowered(path, body)) };
}

/** Adds to the request's retry count, unless the caller sets that header. */
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

/** All attempts of a call so far, and those of them that we made. */
interface Counts {
  /** Its name in events. */
  readonly callId: string;
  attempts: number;
  resends: number;
  /** The last of them. */
  last: Attempt | undefined;
}

/** By the options: the SDK's retries of a call share them, but the caller's next call may as well. */
const counted = new WeakMap<object, Counts>();

function countsOf(options: RequestOptions, headers: Headers): Counts {
  const known = counted.get(options);
  if (known !== undefined && !isFirst(headers)) return known;
  const counts = { callId: callIdOf(newCallNumber()), attempts: 0, resends: 0, last: undefined };
  counted.set(options, counts);
  return counts;
}

/**
 * The body as it will be sent. With middleware it is parsed from the text, which may have been
 * rewritten (for another model, say). Without, the caller's object saves the parsing.
 */
function bodyOf(client: AnthropicClient, { body }: ApiRequest, options: RequestOptions): unknown {
  const mayBeRewritten = client.middleware.length > 0 || (options.middleware?.length ?? 0) > 0;
  if (!mayBeRewritten && isObject(options.body)) return options.body;
  return typeof body === 'string' ? (parseJson(body) ?? options.body) : options.body;
}
