import type { JsonObject } from '../model/json.ts';

/** What a metered request asks for; each has its own request and response format. */
export type Operation = 'chat' | 'responses' | 'embeddings' | 'messages';

/** One metered request, as the simulated server understands it. */
export interface SimulatedCall {
  /** 1 for the first metered request since the start or the last `reset()`. */
  readonly id: number;
  /** When the request had arrived in full, in milliseconds since the epoch. */
  readonly time: number;
  readonly operation: Operation;
  /** As the body names it; on Azure, the deployment in the URL. */
  readonly model: string;
  /** The API key of the request; `''` where it carries none. */
  readonly key: string;
  readonly stream: boolean;
  readonly inputTokens: number;
  /** The bound on the output of one choice, where the request has one. */
  readonly maxOutputTokens: number | undefined;
  /** How many answers are asked for at once (`n`). */
  readonly choices: number;
  readonly body: JsonObject;
}
