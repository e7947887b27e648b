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
  /** The text of a stream that was read to its end. */
  stream(): Promise<string>;
}

/** A framework that takes a `fetch`. */
export interface Integration {
  readonly name: string;
  /** The one line that limits it. */
  readonly how: string;
  /** How its provider is simulated. */
  readonly provider: SimulatorProvider;
  /** What stands before the server, where it speaks another API. */
  readonly translate?: (fetch: Fetch) => Fetch;
  /** `origin` is where the server listens. It makes no retries of its own. */
  make(options: { fetch: Fetch; origin: string }): IntegratedClient;
}

export const PROMPT = 'Say hi';
export const MOST_TOKENS = 64;
