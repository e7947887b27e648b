import type { JsonObject } from '../model/json.ts';

/** The endpoint of a metered request; each has its own request and response format. */
export type Operation = 'chat' | 'responses' | 'embeddings' | 'messages';

/** One metered request, as the simulated server understands it. */
export interface SimulatedCall {
  /** 1 for the first metered request since the start or the last `reset()`. */
  readonly id: number;
  /** When the request had arrived in full, in milliseconds since the epoch. */
  readonly time: number;
  /** The endpoint of the request. */
  readonly operation: Operation;
  /** The model in the body; on Azure, the deployment in the URL. */
  readonly model: string;
  /** The API key of the request; `''` if it has none. */
  readonly key: string;
  /** Whether the request asks for a stream. */
  readonly stream: boolean;
  /** The input tokens, as `countTokens` counts them. */
  readonly inputTokens: number;
  /** The maximum output of one choice; `undefined` if the request sets none. */
  readonly maxOutputTokens: number | undefined;
  /** How many choices the request asks for (`n`). */
  readonly choices: number;
  /** The body of the request, as parsed JSON. */
  readonly body: JsonObject;
}
