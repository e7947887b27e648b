import { ByteBuffer } from './bytes.ts';

/** One message of a stream of Amazon's events. */
export interface AwsMessage {
  /** Its headers that are strings, as `:event-type`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Uint8Array;
}

/** Lengths, and the checksum of these. */
const PRELUDE_BYTES = 12;
/** The checksum at the end. */
const CHECKSUM_BYTES = 4;
/** No message is longer: the rest of such a stream isn't read. */
const MAX_MESSAGE_BYTES = 16 * 2 ** 20;

/** Bytes of a header's value, by its type; strings and byte arrays (6, 7) state their length. */
const VALUE_BYTES: readonly (number | undefined)[] = [
  0,
  0,
  1,
  2,
  4,
  8,
  undefined,
  undefined,
  8,
  16,
];
const STRING = 7;

const DECODER = new TextDecoder();

/**
 * Splits a stream of Amazon's binary events (`application/vnd.amazon.eventstream`) into its messages.
 * Checksums are not verified: the SDK that reads the stream does that. What is no such stream gives no
 * messages.
 *
 * Format: https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export class AwsFrames {
  readonly #held = new ByteBuffer();
  #isBroken = false;

  /** The messages that `chunk` completes. */
  push(chunk: Uint8Array): AwsMessage[] {
    if (this.#isBroken) return [];
    this.#held.append(chunk);
    const bytes = this.#held.view();
    const messages: AwsMessage[] = [];
    let at = 0;
    while (bytes.length - at >= PRELUDE_BYTES) {
      const length = uint32(bytes, at);
      const headerBytes = uint32(bytes, at + 4);
      if (!isPlausible(length, headerBytes)) return this.#broken(messages);
      if (bytes.length - at < length) break;
      messages.push(messageOf(bytes.slice(at, at + length), headerBytes));
      at += length;
    }
    this.#held.keepLast(bytes.length - at);
    return messages;
  }

  #broken(messages: AwsMessage[]): AwsMessage[] {
    this.#isBroken = true;
    this.#held.clear();
    return messages;
  }
}

function isPlausible(length: number, headerBytes: number): boolean {
  return length <= MAX_MESSAGE_BYTES && headerBytes <= length - PRELUDE_BYTES - CHECKSUM_BYTES;
}

function messageOf(bytes: Uint8Array, headerBytes: number): AwsMessage {
  const payloadAt = PRELUDE_BYTES + headerBytes;
  return {
    headers: headersOf(bytes.subarray(PRELUDE_BYTES, payloadAt)),
    payload: bytes.subarray(payloadAt, bytes.length - CHECKSUM_BYTES),
  };
}

/** A header of an unknown type ends the list. */
function headersOf(bytes: Uint8Array): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameBytes = bytes[at] ?? 0;
    const name = DECODER.decode(bytes.subarray(at + 1, at + 1 + nameBytes));
    const type = bytes[at + 1 + nameBytes] ?? VALUE_BYTES.length;
    const valueAt = at + 2 + nameBytes;
    if (type >= VALUE_BYTES.length) break;
    const fixed = VALUE_BYTES[type];
    const length = fixed ?? uint16(bytes, valueAt);
    const from = fixed === undefined ? valueAt + 2 : valueAt;
    if (type === STRING) headers.set(name, DECODER.decode(bytes.subarray(from, from + length)));
    at = from + length;
  }
  return headers;
}

function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 2 ** 16 + uint16(bytes, at + 2);
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
