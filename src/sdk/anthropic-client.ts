import type { AttemptOptions } from './client.ts';

/** Of the SDK's `FinalRequestOptions`, what is read here. */
export interface MessageOptions extends AttemptOptions {
  readonly middleware?: readonly unknown[];
}

export interface MessageRequest {
  readonly headers: Headers;
  readonly body?: unknown;
}

export type SendNext = (request: MessageRequest) => Promise<Response>;
export type Middleware = (
  request: MessageRequest,
  next: SendNext,
  context: { readonly options?: MessageOptions | undefined },
) => Promise<Response>;

/**
 * The parts of an Anthropic client that the hook relies on. `backendMiddleware` is the innermost
 * part of the SDK's own middleware chain: it runs for each attempt, inside everything that could
 * send a request twice, before any timer, and sees Bedrock's and Vertex's calls as `/v1/messages`.
 */
export interface AnthropicClient {
  readonly baseURL: string;
  readonly maxRetries: number;
  readonly middleware: readonly unknown[];
  withOptions(options: object): AnthropicClient;
  readonly _options?: { readonly defaultHeaders?: unknown; readonly apiKey?: unknown };
  backendMiddleware(): Middleware[];
  shouldRetry(response: Response, options: object): Promise<boolean>;
}
