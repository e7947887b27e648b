/** A message of Amazon's event stream, with headers that are strings. Checksums are left 0. */
export function awsMessage(headers: Record<string, string>, payload: string): Uint8Array {
  const encoder = new TextEncoder();
  const parts = Object.entries(headers).map(([name, value]) => {
    const [key, text] = [encoder.encode(name), encoder.encode(value)];
    return [key.length, ...key, 7, text.length >> 8, text.length & 255, ...text];
  });
  const head = parts.flat();
  const body = encoder.encode(payload);
  const length = 12 + head.length + body.length + 4;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length);
  view.setUint32(4, head.length);
  bytes.set(head, 12);
  bytes.set(body, 12 + head.length);
  return bytes;
}

export function awsEvent(type: string, payload: object): Uint8Array {
  const headers = { ':event-type': type, ':message-type': 'event' };
  return awsMessage(headers, JSON.stringify(payload));
}
