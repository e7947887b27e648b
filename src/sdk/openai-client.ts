import { isObject } from '../model/json.ts';
import type { AttemptOptions } from './client.ts';

export interface ApiRequest {
  headers?: unknown;
  body?: unknown;
}

export type Fetch = (url: unknown, init?: ApiRequest) => Promise<Response>;

/** Of the SDK's `FinalRequestOptions`, what is read here. The same in openai 5, 6 and 7. */
export interface RequestOptions extends AttemptOptions {
  readonly __metadata?: { readonly hasStreamingBody?: boolean };
}

/**
 * The parts of an OpenAI client that the hook relies on; all are there in openai 5, 6 and 7, and in
 * other SDKs that are generated with the same core, most of them not public. `makeRequest` runs once
 * for each attempt, before any timer; the SDK's own retries call it again. SDKs with an older core
 * (Cerebras's) have no `withOptions`, and a `shouldRetry` that answers at once.
 */
export interface OpenAIClient {
  readonly baseURL: string;
  readonly maxRetries: number;
  readonly deploymentName?: string | undefined;
  readonly apiVersion?: string | undefined;
  readonly _options?: { readonly apiKey?: unknown; readonly defaultHeaders?: unknown };
  fetch: Fetch;
  readonly withOptions?: (options: object) => OpenAIClient;
  makeRequest(
    options: unknown,
    retriesRemaining: number | null,
    ...rest: unknown[]
  ): Promise<unknown>;
  prepareRequest(request: ApiRequest, context: { options: object }): Promise<void>;
  shouldRetry(response: Response): Promise<boolean> | boolean;
}

/** `accepts` has looked at what TypeScript can't: the SDK declares most of it private. */
export function asOpenAI(client: object): OpenAIClient {
  return client as OpenAIClient;
}

/**
 * Whether it is an `AzureOpenAI`, by the fields that only its constructor sets: the name of its
 * class is lost where code is minified.
 */
export function isAzure(client: OpenAIClient): boolean {
  return typeof client.apiVersion === 'string' && Object.hasOwn(client, 'deploymentName');
}

/** Whether there can be a second client with the same options. */
export function canBeCopied({ withOptions, _options }: OpenAIClient): boolean {
  return typeof withOptions === 'function' || isObject(_options);
}

/**
 * Calls `withOptions` and restores what it loses: the version and deployment of an `AzureOpenAI` in
 * openai 5 and 6, and a key that is a function in openai 5. Without that method, makes another client.
 */
export function copyOf(
  client: OpenAIClient,
  options: object,
  withOptions: OpenAIClient['withOptions'],
): OpenAIClient {
  const { apiVersion, deploymentName, _options } = client;
  const azure = apiVersion === undefined ? {} : { apiVersion, deployment: deploymentName };
  if (typeof withOptions !== 'function') return constructed(client, { ...azure, ...options });
  const copy = withOptions.call(client, { ...azure, ...options });
  const apiKey = _options?.apiKey;
  const isKept = typeof apiKey !== 'function' || typeof copy._options?.apiKey === 'function';
  if (isKept || 'apiKey' in options) return copy;
  return withOptions.call(client, { ...azure, ...options, apiKey });
}

/** Cerebras's client asks its server for a connection as soon as it is made: one does. */
const QUIET = { warmTCPConnection: false };

function constructed(client: OpenAIClient, options: object): OpenAIClient {
  return Reflect.construct(client.constructor, [{ ...client._options, ...QUIET, ...options }]);
}
