import { DOCUMENT_TOKENS } from './assumed-tokens.ts';
import { audioTokens, isWave } from './audio-tokens.ts';
import { Base64Bytes } from './base64-bytes.ts';
import { imageSize } from './image-size.ts';
import type { FileTokens } from './json-parts.ts';

/** The tokens of an image, whose size is in its first bytes. */
export type ImageTokens = (bytes: Base64Bytes) => number;

/** Base64 that is shorter may as well be a word, a key or a digest: it is text. */
const SHORTEST_BASE64 = 1024;
/** How many characters are looked at, at the beginning and at a few places further on. */
const LOOKED_AT = 512;
const PLACES = 4;

const BASE64 = /^[A-Za-z0-9+/_\-\r\n]+={0,2}\s*$/;
/** No file takes more tokens than that, in characters of base64. */
const CHARACTERS_PER_TOKEN = 3;
const MEDIA_TYPE = /^data:([^,;]{0,128})/i;

/**
 * The tokens of files that are within a value as text, as `data:` URLs or in base64. The model gets
 * them as what they are, and base64 is never taken for text.
 */
export function fileTokensBy(imageTokens: ImageTokens): FileTokens {
  return (text) => {
    const bytes = Base64Bytes.ofDataUrl(text);
    if (bytes === undefined) return isBase64(text) ? tokensOf('', text, imageTokens) : undefined;
    const [, mediaType = ''] = MEDIA_TYPE.exec(text) ?? [];
    return tokensOf(mediaType.toLowerCase(), text, imageTokens, bytes);
  };
}

function tokensOf(
  mediaType: string,
  text: string,
  imageTokens: ImageTokens,
  bytes: Base64Bytes = new Base64Bytes(text, 0),
): number {
  if (mediaType.startsWith('image/') || imageSize(bytes) !== undefined) return imageTokens(bytes);
  if (mediaType.startsWith('audio/') || isWave(bytes)) return audioTokens(text, bytes);
  return Math.min(DOCUMENT_TOKENS, Math.ceil(text.length / CHARACTERS_PER_TOKEN));
}

/** Looks at some of the text only, however long it is. */
function isBase64(text: string): boolean {
  if (text.length < SHORTEST_BASE64) return false;
  const beginning = text.slice(0, LOOKED_AT);
  const isMixed = /[A-Z]/.test(beginning) && /[a-z]/.test(beginning) && /\d/.test(beginning);
  if (!isMixed) return false; // a row of one character, hexadecimal digits
  const stride = (text.length - LOOKED_AT) / PLACES;
  return Array.from({ length: PLACES + 1 }, (_, place) => Math.floor(place * stride)).every(
    (from) => BASE64.test(text.slice(from, from + LOOKED_AT)),
  );
}
