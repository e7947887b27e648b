import { expect, test } from 'vitest';
import {
  openaiImageSizeTokens,
  openaiImageTokens,
  patchCount,
} from '../../src/tokens/openai-images.ts';
import { pngDataUrl } from './image-headers.ts';

// https://developers.openai.com/api/docs/guides/images-vision (2026-11)
test.each([
  ['gpt-4o', 1024, 1024, 'high', 765],
  ['gpt-4.1', 1024, 1024, 'high', 765],
  ['gpt-4o', 2048, 4096, 'high', 1105],
  ['gpt-4o', 4096, 8192, 'low', 85],
  ['gpt-4o-mini', 1024, 1024, 'high', 2833 + 4 * 5667],
  ['gpt-5', 1024, 1024, 'auto', 70 + 4 * 140],
  ['o3', 1024, 1024, 'auto', 75 + 4 * 150],
  ['gpt-4.1-mini', 1024, 1024, 'auto', Math.ceil(1024 * 1.62)],
  ['gpt-5-nano', 1024, 1024, 'auto', 1024 * 1.5],
  ['gpt-5-mini', 1024, 1024, 'auto', Math.ceil(1024 * 1.2)],
  ['gpt-5.4-nano', 320, 320, 'auto', 150],
  ['o4-mini', 1800, 2400, 'auto', Math.ceil(1452 * 1.72)],
  ['gpt-5.4', 1024, 1024, 'auto', 1024],
  ['gpt-5.4', 3200, 3200, 'original', 10_000],
  ['gpt-5.6', 5000, 4000, 'high', Math.ceil(157 * 125 * 1.2)],
  ['gpt-5.8-mini', 1024, 1024, 'auto', Math.ceil(1024 * 1.2)],
  ['gpt-6-sol', 1024, 1024, 'auto', Math.ceil(1024 * 1.2)],
  ['some-other-model', 1024, 1024, 'auto', 765],
])('%s counts %i by %i pixels, %s, as %i tokens', (model, width, height, detail, tokens) => {
  expect(openaiImageSizeTokens(model, { width, height }, detail)).toBe(tokens);
});

test.each([
  [1024, 1024, 1024],
  [1800, 2400, 1452],
  [1, 1, 1],
  [100_000, 10, 1536],
])('%i by %i pixels take %i patches', (width, height, patches) => {
  expect(patchCount({ width, height }, 1536, Number.POSITIVE_INFINITY)).toBe(patches);
});

test('the size is read from a data URL, and assumed for any other', () => {
  const tokens = (url: string) => openaiImageTokens('gpt-4o', url, 'high');
  expect(tokens(pngDataUrl(512, 512))).toBe(85 + 170);
  expect(tokens('https://example.com/image.png')).toBe(425);
  expect(tokens('data:image/png;base64,AAAA')).toBe(425);
  expect(tokens('')).toBe(425);
});
