import { parseJson } from '../model/json.ts';
import type { Usage } from '../model/usage.ts';
import { ByteBuffer, joined } from './bytes.ts';
import { SseParser, type SsePiece } from './sse.ts';
import { usageOf } from './usage.ts';
import { withoutUsage } from './usage-chunk.ts';
import { UsageMeter } from './usage-meter.ts';
import { lastReportedUsage } from './usage-scan.ts';

/** The usage that a body has reported so far. */
export interface ObservedUsage {
  readonly usage: Usage | undefined;
  /** Output tokens streamed so far; 0 for other bodies, which report usage only at their end. */
  readonly seenOutputTokens: number;
}

/** Passes bytes on to the reader of the body. */
type Emit = (bytes: Uint8Array) => void;

/** Observes a body while its reader reads it. */
export interface BodyTap {
  pass(chunk: Uint8Array, emit: Emit): void;
  /** The body has ended, complete (`whole`) or cut off. Passes on the bytes that were held back. */
  end(whole: boolean, emit: Emit): void;
  seen(): ObservedUsage;
}

/** A larger body or event isn't parsed as JSON. Its end is searched for the usage. */
const MAX_PARSED_BYTES = 2 ** 20;
/** Bytes at the end of a large body that are searched. */
const TAIL_BYTES = 2 ** 16;

const NO_BYTES = new Uint8Array(0);

/** The tap for a body of this content type; `hideUsageChunk` matters to event streams only. */
export function tapFor(contentType: string, hideUsageChunk: boolean): BodyTap {
  if (/^\s*text\/event-stream\b/i.test(contentType)) {
    return hideUsageChunk ? hidingTap() : eventStreamTap();
  }
  return /\bjson\b/i.test(contentType) ? jsonTap() : blindTap();
}

function blindTap(): BodyTap {
  return {
    pass: (chunk, emit) => emit(chunk),
    end: () => {},
    seen: () => ({ usage: undefined, seenOutputTokens: 0 }),
  };
}

function eventStreamTap(): BodyTap {
  const parser = new SseParser();
  const meter = new UsageMeter();
  const see = (pieces: readonly SsePiece[]) => {
    for (const piece of pieces) meter.see(dataOf(piece));
  };
  return {
    pass: (chunk, emit) => {
      emit(chunk);
      see(parser.push(chunk));
    },
    end: (whole) => {
      if (whole) see(parser.end());
    },
    seen: () => ({ usage: meter.usage, seenOutputTokens: meter.seenOutputTokens }),
  };
}

/** Like `eventStreamTap`, but hides from the reader what `include_usage` added. */
function hidingTap(): BodyTap {
  const parser = new SseParser();
  const meter = new UsageMeter();
  let hidden = false;
  const shown = (piece: SsePiece): Uint8Array => {
    const data = dataOf(piece);
    meter.see(data);
    // The LF of a CR LF that ended a hidden event goes with it.
    const bytes = hidden && piece.kind === 'line-feed' ? NO_BYTES : withoutUsage(piece.bytes, data);
    hidden = bytes.length === 0;
    return bytes;
  };
  const emitAll = (bytes: Uint8Array, emit: Emit) => {
    if (bytes.length > 0) emit(bytes);
  };
  return {
    pass: (chunk, emit) => emitAll(joined(parser.push(chunk).map(shown)), emit),
    end: (whole, emit) => emitAll(whole ? joined(parser.end().map(shown)) : parser.held(), emit),
    seen: () => ({ usage: meter.usage, seenOutputTokens: meter.seenOutputTokens }),
  };
}

/** The JSON of an event's data; of a large event only its usage. */
function dataOf({ event }: SsePiece): unknown {
  if (event === undefined) return undefined;
  if (event.data.length <= MAX_PARSED_BYTES) return parseJson(event.data);
  return { usage: lastReportedUsage(event.data.slice(-TAIL_BYTES)) };
}

function jsonTap(): BodyTap {
  const kept = new ByteBuffer();
  let large = false;
  let whole = false;
  const usage = (): Usage | undefined => {
    const text = new TextDecoder().decode(kept.view());
    if (large) return usageOf({ usage: lastReportedUsage(text.slice(-TAIL_BYTES)) });
    return whole ? usageOf(parseJson(text)) : undefined;
  };
  return {
    pass: (chunk, emit) => {
      emit(chunk);
      kept.append(chunk);
      if (kept.length <= MAX_PARSED_BYTES) return;
      large = true;
      kept.keepLast(TAIL_BYTES);
    },
    end: (isWhole) => {
      whole = isWhole;
    },
    seen: () => ({ usage: usage(), seenOutputTokens: 0 }),
  };
}
