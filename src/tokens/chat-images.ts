import { Base64Bytes } from './base64-bytes.ts';
import { chatFamily } from './chat-family.ts';
import { imageSize } from './image-size.ts';
import { ASSUMED_SIZE, openaiImageTokens } from './openai-images.ts';

/** The begin and the end of an image. */
const IMAGE_ENDS = 2;

/**
 * The tokens of an image in a chat: by OpenAI's rules, or by the squares that cover it.
 *
 * @param url - as in the request; the size is read from a `data:` URL and assumed for any other
 */
export function chatImageTokens(model: string, url: string, detail: string): number {
  const { imageSquare, imageTokens } = chatFamily(model);
  const bytes = Base64Bytes.ofDataUrl(url);
  const size = (bytes && imageSize(bytes)) ?? ASSUMED_SIZE;
  if (imageTokens !== undefined) return imageTokens(size);
  if (imageSquare === undefined) return openaiImageTokens(model, url, detail);
  const { width, height } = size;
  return Math.ceil(width / imageSquare) * Math.ceil(height / imageSquare) + IMAGE_ENDS;
}
