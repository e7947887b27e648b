/** One HTTP attempt, as a client hands it to us: before its body is turned into bytes. */
export interface Request {
  readonly method: string;
  /** The API path without host, base path or query: `/chat/completions`, `/v1/messages`. */
  readonly path: string;
  /** The request's body as an object, where it is one. Upstream input: nothing in it is trusted. */
  readonly body: unknown;
}

/** What a server can tell of a prompt without a tokenizer. */
export interface PromptSize {
  /** Of all text, as UTF-16 code units. */
  readonly characters: number;
  readonly messages: number;
  readonly images: number;
  /** Whether the call goes to the Responses API. */
  readonly isResponses: boolean;
  /** Whether the model may call functions of the caller's. */
  readonly hasFunctions: boolean;
}

/** What a metered call is, as far as limits are concerned. */
export interface Call {
  /** The model as the body names it, or the deployment; `'unknown'` where there is none. */
  readonly model: string;
  readonly stream: boolean;
  /** The most output tokens that the call allows (all choices together), where it says so. */
  readonly maxOutputTokens: number | undefined;
  /** Whether that is less than the caller asked for, and has to be written into the request. */
  readonly isLowered?: boolean | undefined;
  /** The size of the prompt, where the host charges by it. */
  readonly prompt?: PromptSize | undefined;
}
