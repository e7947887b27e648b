import type { RateLimiter } from '../../src/limiter.ts';
import type { SimulatorProvider } from '../../src/testing/index.ts';
import type { Fetch } from '../sdk/sdks.ts';

/** What a client says of one answer. */
export interface Told {
  readonly text: string;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/** One framework's client. Each call is a short chat. */
export interface IntegratedClient {
  ask(signal?: AbortSignal): Promise<Told>;
  /** The pieces of a stream's text. */
  stream(signal?: AbortSignal): AsyncIterable<string>;
}

/** A client or framework, and its seam. */
export interface Integration {
  readonly name: string;
  /** The one line that limits it. */
  readonly how: string;
  /** How its provider is simulated. */
  readonly provider: SimulatorProvider;
  /** What stands before the server, where it speaks another API. */
  readonly translate?: (fetch: Fetch) => Fetch;
  /** What the model answers, where it isn't the text itself. */
  readonly reply?: string;
  /** Its calls take no signal. */
  readonly cannotAbort?: boolean;
  /** What it does with a stream whose reader leaves the loop, if it doesn't give it up. */
  readonly afterBreak?: typeof READ_ON;
  /** It makes no retries of its own, unless the limiter needs them to be allowed. */
  make(seams: Seams): IntegratedClient;
}

/** What a client can be limited by. */
export interface Seams {
  /** A limited `fetch`. */
  readonly fetch: Fetch;
  /** The same without limits, for a client that is limited itself. */
  readonly server: Fetch;
  readonly limiter: RateLimiter;
  /** Where the server listens. */
  readonly origin: string;
}

/** It reads the rest itself, or drops the stream without canceling it: then the limiter reads the rest. */
export const READ_ON = 'read to its end after `break`';

export const TEXT = 'Hello from a model.';

export const PROMPT = 'Say hi';
export const MOST_TOKENS = 64;
