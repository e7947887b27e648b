import Anthropic from '@anthropic-ai/sdk';
import Cerebras from '@cerebras/cerebras_cloud_sdk';
import Anthropic0 from 'anthropic0';
import Groq from 'groq-sdk';
import OpenAI, { AzureOpenAI } from 'openai';
import OpenAI5, { AzureOpenAI as AzureOpenAI5 } from 'openai5';
import OpenAI6, { AzureOpenAI as AzureOpenAI6 } from 'openai6';
import Together from 'together-ai';
import type { SimulatorProvider } from '../../src/testing/index.ts';

export type Fetch = typeof globalThis.fetch;

/** What the tests need to set on any SDK's client. */
export interface ClientOptions {
  readonly fetch?: Fetch;
  readonly baseURL?: string;
  readonly apiKey?: string;
  readonly maxRetries?: number;
  readonly timeout?: number;
  readonly defaultHeaders?: Record<string, string>;
}

/** Of a request's options, what the tests set. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly maxRetries?: number;
  readonly timeout?: number;
  readonly headers?: Record<string, string>;
}

/** What the clients of all SDKs have in common, as far as the tests use it. */
export interface AnyClient {
  baseURL: string;
  maxRetries: number;
  timeout: number;
  fetch: Fetch;
  withOptions(options: ClientOptions): this;
  post(path: string, options: CallOptions & { body?: unknown; stream?: boolean }): Promise<unknown>;
}

/** What a call returns before it is awaited. */
export interface Pending<T> extends Promise<T> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: T; response: Response }>;
}

export interface Chunks extends AsyncIterable<unknown> {
  readonly controller: AbortController;
  tee(): [Chunks, Chunks];
  toReadableStream(): ReadableStream<Uint8Array>;
}

/** A class of errors of an SDK. */
export type ErrorClass = abstract new (...args: never[]) => Error;
type ErrorName =
  | 'APIError'
  | 'APIConnectionError'
  | 'APIConnectionTimeoutError'
  | 'APIUserAbortError'
  | 'InternalServerError'
  | 'RateLimitError';

interface SdkBase<Client extends object> {
  readonly name: string;
  readonly Client: new (options: never) => Client;
  readonly errors: { readonly [name in ErrorName]: ErrorClass };
  /** How its provider is simulated. */
  readonly provider: SimulatorProvider;
  readonly make: (options?: ClientOptions) => Client & AnyClient;
  /** One metered call. */
  readonly ask: (client: Client, options?: CallOptions, extra?: object) => Pending<unknown>;
  readonly stream: (client: Client, options?: CallOptions, extra?: object) => Pending<Chunks>;
  /** A call that isn't metered. */
  readonly free: (client: Client) => PromiseLike<unknown>;
  /** A JSON body that answers `ask`. */
  readonly answer: object;
}

export interface OpenAISdk extends SdkBase<OpenAI> {
  readonly wire: 'openai';
}

export interface AnthropicSdk extends SdkBase<Anthropic> {
  readonly wire: 'anthropic';
}

export type Sdk = OpenAISdk | AnthropicSdk;

const CHAT_ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 0,
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
};

const MESSAGE_ANSWER = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-5',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 1 },
};

export const CHAT = {
  model: 'gpt-4o',
  max_tokens: 8,
  messages: [{ role: 'user' as const, content: 'Say hi' }],
};

export const MESSAGE = {
  model: 'claude-sonnet-5',
  max_tokens: 8,
  messages: [{ role: 'user' as const, content: 'Say hi' }],
};

function openaiSdk(
  name: string,
  // The classes of the other versions are the same to these tests, but nominal to TypeScript.
  Client: typeof OpenAI,
  provider: SimulatorProvider,
  make: (options: ClientOptions) => OpenAI,
): OpenAISdk {
  return {
    name,
    wire: 'openai',
    Client,
    errors: Client,
    provider,
    make: (options = {}) => make(options) as OpenAI & AnyClient,
    ask: (client, options, extra) => client.chat.completions.create({ ...CHAT, ...extra }, options),
    stream: (client, options, extra) =>
      client.chat.completions.create(
        { ...CHAT, ...extra, stream: true },
        options,
      ) as unknown as Pending<Chunks>,
    free: (client) => client.models.list(),
    answer: CHAT_ANSWER,
  };
}

function anthropicSdk(name: string, Client: typeof Anthropic): AnthropicSdk {
  return {
    name,
    wire: 'anthropic',
    Client,
    errors: Client,
    provider: 'anthropic',
    make: (options = {}) =>
      new Client({ apiKey: 'key', logLevel: 'off', ...options }) as Anthropic & AnyClient,
    ask: (client, options, extra) => client.messages.create({ ...MESSAGE, ...extra }, options),
    stream: (client, options, extra) =>
      client.messages.create(
        { ...MESSAGE, ...extra, stream: true },
        options,
      ) as unknown as Pending<Chunks>,
    free: (client) => client.models.list(),
    answer: MESSAGE_ANSWER,
  };
}

const V5 = OpenAI5 as unknown as typeof OpenAI;
const V6 = OpenAI6 as unknown as typeof OpenAI;
const AZURE_5 = AzureOpenAI5 as unknown as typeof AzureOpenAI;
const AZURE_6 = AzureOpenAI6 as unknown as typeof AzureOpenAI;

function plain(name: string, Client: typeof OpenAI): OpenAISdk {
  return openaiSdk(
    name,
    Client,
    'openai',
    (options) => new Client({ apiKey: 'key', logLevel: 'off', ...options }),
  );
}

function azure(name: string, Client: typeof AzureOpenAI): OpenAISdk {
  const endpoint = 'https://unit.openai.azure.com';
  return openaiSdk(name, Client, 'azure', ({ baseURL, ...options }) => {
    const where = baseURL === undefined ? { endpoint } : { baseURL };
    const given = {
      apiKey: 'key',
      logLevel: 'off' as const,
      apiVersion: '2024-10-21',
      deployment: 'gpt-4o',
      ...options,
    };
    return new Client({ ...given, ...where });
  });
}

export const openai7: OpenAISdk = plain('openai 7', OpenAI);

export const openaiSdks: readonly OpenAISdk[] = [
  plain('openai 5', V5),
  plain('openai 6', V6),
  openai7,
  azure('openai 5, Azure', AZURE_5),
  azure('openai 6, Azure', AZURE_6),
  azure('openai 7, Azure', AzureOpenAI),
  openaiSdk(
    'openai 7, unknown host',
    OpenAI,
    'compatible',
    (options) =>
      new OpenAI({
        apiKey: 'key',
        logLevel: 'off',
        baseURL: 'https://llm.example/api/v1',
        ...options,
      }),
  ),
];

export const groq: OpenAISdk = shaped('groq-sdk', Groq as unknown as typeof OpenAI);

/** SDKs that are generated with the same core, and differ from it: in their retries, or an older core. */
export const shapedSdks: readonly OpenAISdk[] = [
  shaped('together-ai', Together as unknown as typeof OpenAI),
  shaped('cerebras', Cerebras as unknown as typeof OpenAI, { warmTCPConnection: false }),
];

function shaped(name: string, Client: typeof OpenAI, own: object = {}): OpenAISdk {
  const baseURL = 'https://llm.example';
  const options = { apiKey: 'key', logLevel: 'off', baseURL, ...own } as const;
  return openaiSdk(name, Client, 'compatible', (given) => new Client({ ...options, ...given }));
}

export const anthropicSdks: readonly AnthropicSdk[] = [
  anthropicSdk('anthropic 0', Anthropic0 as unknown as typeof Anthropic),
  anthropicSdk('anthropic 1', Anthropic),
];

/** An OpenAI SDK takes an OpenAI client and so on: TypeScript can't know that of a union. */
export interface EachSdk extends SdkBase<AnyClient> {
  readonly wire: 'openai' | 'anthropic';
}

export const sdks: readonly EachSdk[] = [
  ...openaiSdks,
  groq,
  ...anthropicSdks,
] as unknown as readonly EachSdk[];
