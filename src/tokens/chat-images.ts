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
  const { imageSquare } = chatFamily(model);
  if (imageSquare === undefined) return openaiImageTokens(model, url, detail);
  const bytes = Base64Bytes.ofDataUrl(url);
  const { width, height } = (bytes && imageSize(bytes)) ?? ASSUMED_SIZE;
  return Math.ceil(width / imageSquare) * Math.ceil(height / imageSquare) + IMAGE_ENDS;
}
