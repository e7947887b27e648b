import type { ImageSize } from './image-size.ts';

/** How a generation of Gemini counts what it sees. */
export interface GeminiPictures {
  readonly imageTokens: (size: ImageSize | undefined) => number;
  readonly perPage: number;
}

/** An image, or a tile of a larger one (ai.google.dev, "Understand and count tokens", 2026). */
const TILE_TOKENS = 258;
const SMALL_EDGE = 384;
const SHORTEST_TILE = 256;
const LONGEST_TILE = 768;
const TILES_ON_SHORT_EDGE = 1.5;

/** One for the whole of a larger image, and one for each of its tiles. */
function tiledTokens(size: ImageSize | undefined): number {
  if (size === undefined || Math.max(size.width, size.height) <= SMALL_EDGE) return TILE_TOKENS;
  const fitted = Math.floor(Math.min(size.width, size.height) / TILES_ON_SHORT_EDGE);
  const tile = Math.min(LONGEST_TILE, Math.max(SHORTEST_TILE, fitted));
  const tiles = Math.ceil(size.width / tile) * Math.ceil(size.height / tile);
  return TILE_TOKENS * (1 + tiles);
}

const OLDEST =
  /^gemini-(?:1|2\.0|pro(?:-vision)?$|embedding-001)|^(?:text-)?embedding|^multimodal|^gemma/;

export function isOldest(model: string): boolean {
  return OLDEST.test(model);
}

/** Fitted to recorded usage (2025 and 2026). */
export function geminiPictures(model: string): GeminiPictures {
  if (isOldest(model)) return { imageTokens: tiledTokens, perPage: TILE_TOKENS };
  return model.startsWith('gemini-2.5')
    ? { imageTokens: () => TILE_TOKENS, perPage: TILE_TOKENS }
    : { imageTokens: () => 1090, perPage: 530 };
}
