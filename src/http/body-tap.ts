import type { Usage } from '../model/usage.ts';
import type { BodyFailure } from './body-failure.ts';

/** The usage that a body has reported so far. */
export interface ObservedUsage {
  readonly usage: Usage | undefined;
  /** Output tokens streamed so far; 0 for other bodies, which report usage only at their end. */
  readonly seenOutputTokens: number;
  /** The error that the body holds. Then the rest is what was produced before it. */
  readonly failure?: BodyFailure;
  /** Of a stream: its last event came, though its reader may not have read on to its end. */
  readonly isDone?: true;
  /**
   * Of a stream: whether a chunk with the usage and no choices came; `announced`, where all other
   * chunks had `"usage":null`, as OpenAI does for those who ask.
   */
  readonly usageChunk?: 'announced' | 'unannounced';
}

/** Told of what a body says while it passes. */
export interface BodyListener {
  /** The body is no refusal, or not from its beginning. Called at most once, and not after a failure. */
  onAnswer(): void;
  /** The body holds an error. Called at most once. */
  onFailure(failure: BodyFailure): void;
}

/** Passes bytes on to the reader of the body. */
export type Emit = (bytes: Uint8Array) => void;

/** Observes a body while its reader reads it. */
export interface BodyTap {
  pass(chunk: Uint8Array, emit: Emit): void;
  /** The body has ended, complete (`whole`) or cut off. Passes on the bytes that were held back. */
  end(whole: boolean, emit: Emit): void;
  /**
   * Instead of both, of a body that is there as a text. Returns its JSON, where the tap has parsed it:
   * that costs as much as all else, and its reader needn't do it again.
   */
  whole?(text: string): unknown;
  seen(): ObservedUsage;
}
