import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Base64Bytes } from '../../src/tokens/base64-bytes.ts';
import { type ImageSize, imageSize } from '../../src/tokens/image-size.ts';
import { base64, gif, jpeg, png, webpExtended, webpLossless, webpLossy } from './image-headers.ts';

const sizeOf = (bytes: readonly number[]): ImageSize | undefined =>
  imageSize(new Base64Bytes(base64(bytes), 0));

const writers = { png, jpeg, gif, webpLossy, webpLossless, webpExtended };

describe.each(Object.entries(writers))('%s', (_name, write) => {
  test('gives its size', () => {
    const edge = fc.integer({ min: 1, max: 16_383 });
    fc.assert(
      fc.property(edge, edge, (width, height) => {
        expect(sizeOf(write(width, height))).toEqual({ width, height });
      }),
      { seed: 1 },
    );
  });

  test('cut off, it has no size or its own', () => {
    const whole = write(640, 480);
    for (let length = 0; length < whole.length; length += 1) {
      expect([undefined, { width: 640, height: 480 }]).toContainEqual(
        sizeOf(whole.slice(0, length)),
      );
    }
  });
});

test('the scale of a lossy WebP image, above its 14 bits of size, is not taken for size', () => {
  const scaled = webpLossy(640 | 0x4000, 480 | 0x8000);
  expect(sizeOf(scaled)).toEqual({ width: 640, height: 480 });
});

test.each(['\n', '\r\n'])('base64 on lines has the same bytes, with breaks of %j', (lineBreak) => {
  const bytes = jpeg(1234, 567);
  const text = base64(bytes).replace(/.{76}/g, `$&${lineBreak}`);
  const read = new Base64Bytes(`data:,${text}`, 6);
  expect(Array.from(bytes, (_, index) => read.at(index))).toEqual(bytes);
  expect(imageSize(read)).toEqual({ width: 1234, height: 567 });
});

test('any other bytes have no size, or a positive one', () => {
  const heads = fc.constantFrom([0x89, 0x50], [0xff, 0xd8], [0x47, 0x49], [0x52, 0x49], []);
  fc.assert(
    fc.property(heads, fc.uint8Array({ maxLength: 200 }), (head, tail) => {
      const size = sizeOf([...head, ...tail]);
      if (size !== undefined) expect(Math.min(size.width, size.height)).toBeGreaterThan(0);
    }),
    { seed: 2 },
  );
});

test('bytes are those that the base64 stands for', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      const read = new Base64Bytes(base64([...bytes]), 0);
      expect(Array.from(bytes, (_, index) => read.at(index))).toEqual([...bytes]);
      expect(read.at(bytes.length)).toBe(-1);
    }),
    { seed: 3 },
  );
});

test('text that is no base64 has no bytes', () => {
  expect(new Base64Bytes('é中!?', 0).at(0)).toBe(-1);
  expect(Base64Bytes.ofDataUrl('https://example.com')).toBeUndefined();
  expect(Base64Bytes.ofDataUrl('data:image/png,AAAA')).toBeUndefined();
  expect(Base64Bytes.ofDataUrl('data:image/png;charset=x;base64,AQID')?.at(2)).toBe(3);
});
