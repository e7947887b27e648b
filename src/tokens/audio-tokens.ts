import { Base64Bytes } from './base64-bytes.ts';

/** Speech takes ten tokens a second (gpt-4o-audio, 2025). */
const TOKENS_PER_SECOND = 10;
/** MP3 at 128 kbit/s, which is assumed of what doesn't say how long it is. */
const BYTES_PER_SECOND = 16_000;
/** Audio that isn't in the request is assumed to be a minute long. */
const ASSUMED_TOKENS = 60 * TOKENS_PER_SECOND;

const RIFF = 0x52494646;
const WAVE = 0x57415645;
/** Offset of a WAV file's byte rate (Multimedia Programming Interface, 1991). */
const BYTE_RATE_AT = 28;

export function isWave(bytes: Base64Bytes): boolean {
  return bytes.bigEndian(0, 4) === RIFF && bytes.bigEndian(8, 4) === WAVE;
}

/**
 * The tokens of audio in base64, by its length; nothing but a header is decoded.
 *
 * @param bytes - the audio, if it doesn't start at the beginning of `data`
 */
export function audioTokens(data: string, bytes: Base64Bytes = new Base64Bytes(data, 0)): number {
  if (data === '') return ASSUMED_TOKENS;
  return Math.ceil(audioSeconds(data, bytes) * TOKENS_PER_SECOND);
}

/** How long audio in base64 is. */
export function audioSeconds(data: string, bytes: Base64Bytes): number {
  const rate = bytes.bigEndian(0, 4) === RIFF ? bytes.littleEndian(BYTE_RATE_AT, 4) : 0;
  const length = Math.floor((data.length * 3) / 4);
  if (rate > 0) return length / rate;
  return length / BYTES_PER_SECOND;
}
