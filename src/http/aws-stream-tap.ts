import { member, parseJson, stringMember } from '../model/json.ts';
import { AwsFrames, type AwsMessage } from './aws-frames.ts';
import type { BodyListener, BodyTap } from './body-tap.ts';
import type { SseEvent } from './sse.ts';
import { StreamWatch } from './stream-watch.ts';

/** Status that an exception in a stream would have had as a response (API reference, 2026). */
const STATUSES: Readonly<Record<string, number>> = {
  throttlingException: 429,
  serviceUnavailableException: 503,
  internalServerException: 500,
  modelStreamErrorException: 424,
  modelTimeoutException: 408,
  validationException: 400,
};

const DECODER = new TextDecoder();

/** The tap for Bedrock's streams: of `converse-stream`, and of `invoke` with Claude. */
export function awsStreamTap(listener: BodyListener): BodyTap {
  const frames = new AwsFrames();
  const watch = new StreamWatch(listener);
  return {
    pass: (chunk, emit) => {
      emit(chunk);
      for (const message of frames.push(chunk)) {
        const event = eventOf(message);
        if (event !== undefined) watch.see(event);
      }
    },
    end: () => {},
    seen: () => watch.seen(),
  };
}

/** `undefined` for one that says nothing: the beginning of an answer. */
function eventOf({ headers, payload }: AwsMessage): SseEvent | undefined {
  const data = DECODER.decode(payload);
  const exception = headers.get(':exception-type') ?? headers.get(':error-code');
  if (exception !== undefined) return failureOf(exception, data);
  const type = headers.get(':event-type');
  if (type === 'messageStart') return undefined;
  return { event: '', data: type === 'chunk' ? chunkIn(data) : data };
}

function failureOf(exception: string, data: string): SseEvent {
  const message = stringMember(parseJson(data), 'message') ?? data;
  const error = { code: STATUSES[exception] ?? 500, type: exception, message };
  return { event: 'error', data: JSON.stringify({ error }) };
}

/** The event of the model's own API that a chunk holds in base64. */
function chunkIn(data: string): string {
  const bytes = member(parseJson(data), 'bytes');
  if (typeof bytes !== 'string') return '';
  try {
    return DECODER.decode(Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0)));
  } catch {
    return ''; // not base64
  }
}
