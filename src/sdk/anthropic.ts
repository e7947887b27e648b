import type { CountsMessages } from '../tokens/remote-count.ts';
import type { AnthropicClient, Middleware } from './anthropic-client.ts';
import type { ClientAdapter } from './client.ts';
import { classMethod, hasMethods, keepState } from './client-object.ts';
import type { ClientPipeline } from './client-pipeline.ts';
import { isFinal } from './final-response.ts';
import { lateCounter } from './late-counter.ts';

/** What calls need, loaded with the first one. */
let code: typeof import('./anthropic-calls.ts') | undefined;

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
  async loadCalls() {
    code = await import('./anthropic-calls.ts');
  },
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
function limiting(client: AnthropicClient, pipeline: ClientPipeline): Middleware {
  return async (request, next, { options }) => {
    if (options === undefined) return next(request);
    await pipeline.load();
    if (code === undefined) throw new Error('The code for calls is not loaded yet');
    return code.sendInTurn({ client, pipeline, options }, request, next);
  };
}
