import type { JsonObject } from '../../model/json.ts';
import type { SimulatedCall } from '../call.ts';
import type { Reply, TextPiece } from '../reply.ts';

/** A call and its answer. */
export interface AnsweredCall {
  readonly call: SimulatedCall;
  readonly reply: Reply;
}

/** A part of a response body, with the output tokens that have been produced when it is sent. */
export interface BodyPart {
  readonly text: string;
  readonly tokens: number;
}

/** The request and response format of one operation. */
export interface Format {
  /** The bound on the output tokens of one choice. */
  maxOutputTokens(body: JsonObject): number | undefined;
  /** The whole answer as one JSON value. */
  complete(exchange: AnsweredCall): unknown;
  /** The answer as server-sent events; `undefined` where there is no such thing. */
  stream: ((exchange: AnsweredCall, pieces: readonly TextPiece[]) => BodyPart[]) | undefined;
  /** An error inside a stream. */
  streamError(exchange: AnsweredCall): string;
}

/** The part of a stream that carries no output. */
export function bare(text: string): BodyPart {
  return { text, tokens: 0 };
}
