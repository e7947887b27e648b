import type { Base64Bytes } from './base64-bytes.ts';

const FLAC = 0x664c6143;
const OGG = 0x4f676753;
const ID3 = 0x494433;
const XING = 0x58696e67;
const INFO = 0x496e666f;

/** Of MPEG's layer 3, in kbit/s by the number in a frame's head (ISO/IEC 11172-3, 13818-3). */
const FIRST_RATES = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const LATER_RATES = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLE_RATES = [44_100, 48_000, 32_000];
/** Of AAC, by the number in a frame's head (ISO/IEC 14496-3). */
const AAC_RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000];
const AAC_SAMPLES = 1024;
/** So many frames show how long they are in the mean. */
const FRAMES = 16;
/** Opus counts samples as if there were so many a second (RFC 7845). */
const OPUS_RATE = 48_000;
/** A page of Ogg is no longer. */
const LONGEST_PAGE = 65_307;

/**
 * How long a sound is by its own account: MP3, AAC, FLAC and Ogg; `undefined` for any other.
 *
 * @param length - its length in bytes
 */
export function soundSeconds(bytes: Base64Bytes, length: number): number | undefined {
  const magic = bytes.bigEndian(0, 4);
  if (magic === FLAC) return flacSeconds(bytes);
  if (magic === OGG) return oggSeconds(bytes, length);
  const start = bytes.bigEndian(0, 3) === ID3 ? afterTag(bytes) : 0;
  const head = bytes.bigEndian(start, 4);
  const layer = (head >>> 17) & 3;
  if (head < 0 || head >>> 21 !== 0x7ff) return undefined;
  return layer === 0 ? aacSeconds(bytes, start, length) : mp3Seconds(bytes, start, length, head);
}

/** Seven bits in each of four bytes. */
function afterTag(bytes: Base64Bytes): number {
  const sizes = [6, 7, 8, 9].map((index) => bytes.at(index));
  return 10 + sizes.reduce((size, each) => size * 128 + (each & 127), 0);
}

/** The first block has the rate in 20 bits, and the number of samples in 36. */
function flacSeconds(bytes: Base64Bytes): number | undefined {
  const rate = Math.floor(bytes.bigEndian(18, 3) / 16);
  const samples = (bytes.at(21) & 15) * 2 ** 32 + bytes.bigEndian(22, 4);
  return rate > 0 && samples > 0 ? samples / rate : undefined;
}

/** The last page says how many samples there were; Vorbis states their rate, Opus needn't. */
function oggSeconds(bytes: Base64Bytes, length: number): number | undefined {
  const isVorbis = bytes.bigEndian(29, 4) === 0x766f7262;
  const rate = isVorbis ? bytes.littleEndian(40, 4) : OPUS_RATE;
  for (let at = length - 28; at >= Math.max(0, length - LONGEST_PAGE); at -= 1) {
    if (bytes.at(at) !== 0x4f || bytes.bigEndian(at, 4) !== OGG) continue;
    const samples = bytes.littleEndian(at + 6, 6);
    return rate > 0 && samples > 0 ? samples / rate : undefined;
  }
  return undefined;
}

function aacSeconds(bytes: Base64Bytes, start: number, length: number): number | undefined {
  const rate = AAC_RATES[(bytes.at(start + 2) >> 2) & 15];
  let at = start;
  let frames = 0;
  while (frames < FRAMES && bytes.at(at) === 0xff) {
    const size = (bytes.bigEndian(at + 3, 3) >> 5) & 0x1fff;
    if (size === 0) break;
    at += size;
    frames += 1;
  }
  if (rate === undefined || frames === 0) return undefined;
  const all = (frames * (length - start)) / (at - start);
  return (all * AAC_SAMPLES) / rate;
}

/** By the number of frames that the first one states, or else as if all had its rate. */
function mp3Seconds(
  bytes: Base64Bytes,
  start: number,
  length: number,
  head: number,
): number | undefined {
  const version = (head >>> 19) & 3;
  const isFirst = version === 3;
  const halvings = isFirst ? 1 : version === 2 ? 2 : 4;
  const rate = (SAMPLE_RATES[(head >>> 10) & 3] ?? 0) / halvings;
  const kilobits = (isFirst ? FIRST_RATES : LATER_RATES)[(head >>> 12) & 15] ?? 0;
  if (rate === 0 || kilobits === 0) return undefined;
  const frames = framesStated(bytes, start + 4 + sideLength(head, isFirst));
  if (frames > 0) return (frames * (isFirst ? 1152 : 576)) / rate;
  return Math.max(0, length - start) / (kilobits * 125);
}

/** What comes before a frame's sound. */
function sideLength(head: number, isFirst: boolean): number {
  const isMono = ((head >>> 6) & 3) === 3;
  if (isFirst) return isMono ? 17 : 32;
  return isMono ? 9 : 17;
}

/** Encoders write into the first frame how many there are; 0 where one didn't. */
function framesStated(bytes: Base64Bytes, at: number): number {
  if (![XING, INFO].includes(bytes.bigEndian(at, 4))) return 0;
  return (bytes.at(at + 7) & 1) === 1 ? bytes.bigEndian(at + 8, 4) : 0;
}
