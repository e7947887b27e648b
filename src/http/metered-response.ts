import type { Clock } from '../clock.ts';
import type { BodyFailure } from './body-failure.ts';
import type { BodyListener, BodyTap, ObservedUsage } from './body-tap.ts';
import { type Metering, readThrough, Shadow } from './shadow.ts';
import { tapFor } from './tap-for.ts';

/** What is known of a response's body at its end. */
export interface ResponseEnd extends ObservedUsage {
  /** False if the reader stopped, the connection broke, or the response was dropped unread. */
  readonly complete: boolean;
}

export interface MeteringOptions {
  /** Hide what `stream_options.include_usage` adds, because we asked for it and the caller didn't. */
  readonly hideUsageChunk: boolean;
  /** The call asked for a stream. @default the content type decides */
  readonly isStream?: boolean;
  /** @default the system's clock */
  readonly clock?: Clock;
  /**
   * Called at most once: the body has turned out to be an answer. A JSON body does so at its end, a
   * stream with its first event that is more than a beginning.
   */
  onAnswer?(): void;
  /** Called at most once, as soon as the reader was given an error that the body holds. */
  onFailure?(failure: BodyFailure): void;
  /** Called exactly once for each response. */
  onEnd(end: ResponseEnd): void;
}

/**
 * Meters the usage of a response while the caller reads it. Returns the same object. On this object
 * alone, its body and the methods that read it are replaced by those of a shadow response, whose
 * stream observes each chunk. Nothing is read before the caller has begun to read.
 *
 * A response that can't be metered (no body, already read, a mock that isn't a web `Response`) stays
 * as it is. Its end is reported at once, as `complete`.
 *
 * @example
 * const response = meterResponse(await fetch(url, init), {
 *   hideUsageChunk: false,
 *   onEnd: ({ usage, complete }) => console.log(usage?.outputTokens, complete),
 * });
 */
export function meterResponse(response: Response, options: MeteringOptions): Response {
  const tap = guarded(() => tapOf(response, options));
  const end = endOf(tap, options);
  const isWhole = !options.hideUsageChunk && options.isStream !== true && 'text' in response;
  const metered = guarded(
    () => tap !== undefined && patched(response, { tap, end, isWhole, clock: options.clock }),
  );
  if (metered !== true) end(true);
  return response;
}

/** An error of our metering must not reach the caller. */
function guarded<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** Calls the listener the first time only. */
function endOf(tap: BodyTap | undefined, options: MeteringOptions): Metering['end'] {
  let ended = false;
  return (complete) => {
    if (ended) return;
    ended = true;
    const seen = guarded(() => tap?.seen()) ?? { usage: undefined, seenOutputTokens: 0 };
    guarded(() => options.onEnd({ ...seen, complete }));
  };
}

function tapOf(response: Response, options: MeteringOptions): BodyTap {
  const { isStream = false, hideUsageChunk } = options;
  const contentType = response.headers.get('content-type') ?? '';
  const listener: BodyListener = {
    onAnswer: () => guarded(() => options.onAnswer?.()),
    onFailure: (failure) => guarded(() => options.onFailure?.(failure)),
  };
  return tapFor({ contentType, isStream, hideUsageChunk }, listener);
}

/** The unread body as a web stream; `undefined` if there is none (node-fetch has Node streams). */
function unreadBody(response: Response): ReadableStream<Uint8Array> | undefined {
  const { body, bodyUsed } = response;
  if (typeof body?.getReader !== 'function') return undefined;
  return bodyUsed || body.locked ? undefined : body;
}

/** Whether `response` now reads through `tap`. */
function patched(response: Response, metering: Metering): boolean {
  const body = unreadBody(response);
  if (body === undefined || !Object.isExtensible(response)) return false;
  readThrough(response, new Shadow(response, body, metering));
  return true;
}
