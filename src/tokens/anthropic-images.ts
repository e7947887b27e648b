import { field, textField } from '../model/json.ts';
import { Base64Bytes } from './base64-bytes.ts';
import type { ClaudeFamily } from './claude-family.ts';
import { type ImageSize, imageSize } from './image-size.ts';
import { ASSUMED_SIZE } from './openai-images.ts';

/** Edge in pixels of the square that costs one token. */
const SQUARE = 28;

/** The tokens of an image block. */
export function anthropicImageTokens(block: unknown, family: ClaudeFamily): number {
  const source = field(block, 'source');
  const data = textField(source, 'data');
  const bytes = data ? new Base64Bytes(data, 0) : Base64Bytes.ofDataUrl(textField(source, 'url'));
  return anthropicImageBytesTokens(bytes, family);
}

/** The tokens of an image; the size of one that isn't in the request is assumed. */
export function anthropicImageBytesTokens(
  bytes: Base64Bytes | undefined,
  family: ClaudeFamily,
): number {
  const size = (bytes && imageSize(bytes)) ?? ASSUMED_SIZE;
  return anthropicImageSizeTokens(size, family);
}

/**
 * The tokens of an image of a known size: one per square that covers it, after scaling it down to
 * the model's longest edge and highest cost.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/vision (2026-11)
 */
export function anthropicImageSizeTokens(size: ImageSize, family: ClaudeFamily): number {
  const long = Math.max(size.width, size.height);
  const ratio = Math.min(size.width, size.height) / long;
  let fits = 0;
  let tooLong = Math.min(long, family.maxImageEdge) + 1;
  while (fits + 1 < tooLong) {
    const edge = Math.floor((fits + tooLong) / 2);
    if (squares(edge) * squares(edge * ratio) <= family.maxImageTokens) fits = edge;
    else tooLong = edge;
  }
  return squares(fits) * squares(fits * ratio);
}

function squares(length: number): number {
  return Math.max(1, Math.ceil(length / SQUARE));
}
