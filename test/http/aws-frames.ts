import { EventStreamCodec } from '@smithy/eventstream-codec';

const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes),
  (text) => new TextEncoder().encode(text),
);

/** A message of Amazon's event stream, as Amazon's own codec writes it. */
export function awsMessage(headers: Record<string, string>, payload: string): Uint8Array {
  const named = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]);
  return codec.encode({
    headers: Object.fromEntries(named),
    body: new TextEncoder().encode(payload),
  });
}

export function awsEvent(type: string, payload: object): Uint8Array {
  const headers = { ':event-type': type, ':message-type': 'event' };
  return awsMessage(headers, JSON.stringify(payload));
}
