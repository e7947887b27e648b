import { awsStreamTap } from './aws-stream-tap.ts';
import type { BodyListener, BodyTap, ObservedUsage } from './body-tap.ts';
import { eventStreamTap } from './event-stream-tap.ts';
import { JsonTap } from './json-tap.ts';
import { PageTap } from './page-tap.ts';

/** What is known of a body before it comes. */
export interface ExpectedBody {
  readonly contentType: string;
  /** The call asked for a stream: SDKs read the body as one, whatever its content type says. */
  readonly isStream: boolean;
  readonly hideUsageChunk: boolean;
}

const NOTHING: ObservedUsage = { usage: undefined, seenOutputTokens: 0 };

/** Bedrock's streams. */
const AWS_EVENTS = /^\s*application\/vnd\.amazon\.eventstream\b/i;
/** Types of bodies that hold neither JSON nor events. */
const BINARY = /^\s*(?:audio|image|video|font)\/|^\s*multipart\/|eventstream/i;

/** The tap for a body: its beginning decides between JSON and events, because headers may be wrong. */
export function tapFor(expected: ExpectedBody, listener: BodyListener): BodyTap {
  const { contentType, isStream, hideUsageChunk } = expected;
  if (AWS_EVENTS.test(contentType)) return awsStreamTap(listener);
  if (BINARY.test(contentType)) return blindTap(listener);
  const isEvents = isStream || /^\s*text\/event-stream\b/i.test(contentType);
  const isJson = /\bjson\b/i.test(contentType);
  const isPage = /\bhtml\b/i.test(contentType);
  return sniffingTap((first) => {
    if (first === BRACE || first === BRACKET) return new JsonTap(listener);
    if (first === LESS && (isEvents || isJson || isPage)) return new PageTap(listener);
    if (isEvents) return eventStreamTap(hideUsageChunk, listener);
    return isJson ? new JsonTap(listener) : blindTap(listener);
  });
}

const BRACE = 0x7b;
const BRACKET = 0x5b;
const LESS = 0x3c;
/** LF, CR, and the bytes of a BOM: they mean nothing before JSON, nor before events. */
const BLANK: readonly (number | undefined)[] = [10, 13, 0xef, 0xbb, 0xbf];

/** The same in a text: what is decoded has no BOM. */
const NOT_BLANK = /[^\n\r]/;

/** Passes blank bytes on, and lets the first other one choose the tap. */
function sniffingTap(choose: (first: number | undefined) => BodyTap): BodyTap {
  let chosen: BodyTap | undefined;
  return {
    pass: (chunk, emit) => {
      const first = chosen === undefined ? chunk.find((byte) => !BLANK.includes(byte)) : undefined;
      if (first !== undefined) chosen = choose(first);
      if (chosen === undefined) emit(chunk);
      else chosen.pass(chunk, emit);
    },
    end: (whole, emit) => chosen?.end(whole, emit),
    whole: (text) => {
      const first = text.charCodeAt(text.search(NOT_BLANK));
      if (Number.isNaN(first)) return undefined;
      chosen = choose(first);
      return wholeThrough(chosen, text);
    },
    seen: () => chosen?.seen() ?? NOTHING,
  };
}

/** A whole text through a tap; returns its JSON, where the tap has parsed it. */
export function wholeThrough(tap: BodyTap, text: string): unknown {
  if (tap.whole !== undefined) return tap.whole(text);
  const ignore = (): void => {};
  tap.pass(new TextEncoder().encode(text), ignore);
  tap.end(true, ignore);
  return undefined;
}

function blindTap(listener: BodyListener): BodyTap {
  listener.onAnswer();
  return { pass: (chunk, emit) => emit(chunk), end: () => {}, seen: () => NOTHING };
}
