import { Base64Bytes } from './base64-bytes.ts';
import { type ImageSize, imageSize } from './image-size.ts';

/**
 * How a family of models counts an image: by tiles of 512 pixels on top of a base, or by patches of
 * 32 pixels, at most `maxPatches` of them after the image has been scaled down to fit.
 */
type ImageRule =
  | { readonly kind: 'tiles'; readonly base: number; readonly tile: number }
  | {
      readonly kind: 'patches';
      readonly multiplier: number;
      readonly maxPatches: number;
      readonly maxEdge: number;
    };

const tiles = (base: number, tile: number): ImageRule => ({ kind: 'tiles', base, tile });
const patches = (multiplier: number, maxPatches = 1536, maxEdge = Infinity): ImageRule => ({
  kind: 'patches',
  multiplier,
  maxPatches,
  maxEdge,
});

/** From gpt-5.6 on. The API refuses more than 30,000 patches. */
const NEWEST = patches(1.2, 30_000);

/**
 * By model prefix; the first match counts. Those of gpt-5's and gpt-5.4's smaller models are recorded
 * (2025-11 to 2026-08); the guide has others.
 *
 * @see https://developers.openai.com/api/docs/guides/images-vision (2026-11)
 */
const RULES: readonly (readonly [prefix: string, rule: ImageRule])[] = [
  ['gpt-4o-mini', tiles(2833, 5667)],
  ['gpt-4.1-mini', patches(1.62)],
  ['gpt-4.1-nano', patches(2.46)],
  ['o4-mini', patches(1.72)],
  ['o1', tiles(75, 150)],
  ['o3', tiles(75, 150)],
  ['computer-use', tiles(65, 129)],
  ['gpt-image-1', tiles(65, 129)],
  ['gpt-5-mini', patches(1.2)],
  ['gpt-5-nano', patches(1.5)],
  ['gpt-5.4-mini', patches(1.2)],
  ['gpt-5.4-nano', patches(1.5)],
  ['gpt-5.4', patches(1, 2500, 2048)],
  ['gpt-5.5', patches(1, 2500, 2048)],
  ['gpt-5.6', NEWEST],
  ['gpt-5.7', NEWEST],
  ['gpt-5.8', NEWEST],
  ['gpt-5.9', NEWEST],
  ['gpt-5', tiles(70, 140)],
  ['gpt-6', NEWEST],
  ['gpt-7', NEWEST],
  ['', tiles(85, 170)], // gpt-4o, gpt-4.1, gpt-4.5, and any that isn't known
];

/** With `detail: 'original'`, gpt-5.4 and gpt-5.5 take more (same source). */
const ORIGINAL = patches(1, 10_000, 6000);
/** With `detail: 'low'` the model sees 512 by 512 pixels: for patches, an assumption of ours. */
const LOW_PATCHES = 256;

const PATCH = 32;
const TILE = 512;
const TILED_EDGE = 2048;
const TILED_SHORT_EDGE = 768;

/** Assumed size of an image that isn't in the request: the median of recorded ones, by all rules. */
export const ASSUMED_SIZE: ImageSize = { width: 520, height: 346 };

/**
 * The tokens of an image in a request.
 *
 * @param url - as in the request; the size is read from a `data:` URL and assumed for any other
 * @param detail - `low`, `high`, `original` or `auto`; anything else is taken as `auto`
 */
export function openaiImageTokens(model: string, url: string, detail: string): number {
  return openaiImageBytesTokens(model, Base64Bytes.ofDataUrl(url), detail);
}

/** The tokens of an image whose bytes are in the request. */
export function openaiImageBytesTokens(
  model: string,
  bytes: Base64Bytes | undefined,
  detail = '',
): number {
  const size = (bytes && imageSize(bytes)) ?? ASSUMED_SIZE;
  return openaiImageSizeTokens(model, size, detail);
}

/** The tokens of an image of a known size. */
export function openaiImageSizeTokens(model: string, size: ImageSize, detail: string): number {
  const rule = RULES.find(([prefix]) => model.startsWith(prefix))?.[1] ?? tiles(85, 170);
  if (rule.kind === 'tiles') {
    return rule.base + (detail === 'low' ? 0 : rule.tile * tileCount(size));
  }
  const known = detail === 'original' && rule.maxPatches === 2500 ? ORIGINAL : rule;
  const { maxPatches, maxEdge } = known.kind === 'patches' ? known : rule;
  const limit = detail === 'low' ? LOW_PATCHES : maxPatches;
  return Math.ceil(patchCount(size, limit, maxEdge) * rule.multiplier);
}

/** Scaled down to fit 2048 by 2048, then to a short edge of 768, and cut into tiles. */
function tileCount({ width, height }: ImageSize): number {
  const fit = Math.min(1, TILED_EDGE / Math.max(width, height));
  const scale = Math.min(fit, TILED_SHORT_EDGE / Math.min(width, height));
  return cells(width * scale, TILE) * cells(height * scale, TILE);
}

/** Scaled down until the patches that cover it are few enough, and whole along one edge. */
export function patchCount(size: ImageSize, maxPatches: number, maxEdge: number): number {
  const fit = Math.min(1, maxEdge / Math.max(size.width, size.height));
  const width = size.width * fit;
  const height = size.height * fit;
  const covering = cells(width, PATCH) * cells(height, PATCH);
  if (covering <= maxPatches) return covering;
  const shrink = Math.sqrt((PATCH * PATCH * maxPatches) / (width * height));
  const across = (width * shrink) / PATCH;
  const down = (height * shrink) / PATCH;
  const whole = Math.min(Math.floor(across) / across, Math.floor(down) / down);
  if (whole === 0) return maxPatches; // narrower than a patch
  return Math.min(maxPatches, cells(across * whole, 1) * cells(down * whole, 1));
}

/** How many cells cover a length; ignores rounding errors of a division. */
function cells(length: number, size: number): number {
  return Math.max(1, Math.ceil(length / size - 1e-9));
}
