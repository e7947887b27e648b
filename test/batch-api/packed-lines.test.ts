import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineEncoder, PackedLines } from '../../src/batch-api/packed-lines.ts';

/** Longer ones than a piece of memory, too. */
const line = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.integer({ min: 80_000, max: 300_000 }).map((length) => 'ä'.repeat(length)),
);

it('keeps lines as they are, one after the other, in few pieces', () => {
  fc.assert(
    fc.property(fc.array(line.map((text) => JSON.stringify(text))), (lines) => {
      const [encoder, packed] = [new LineEncoder(), new PackedLines()];
      const sizes = lines.map((each) => {
        const bytes = encoder.encode(each);
        packed.add(bytes);
        return bytes.length;
      });
      expect(sizes).toEqual(lines.map((each) => Buffer.byteLength(each) + 1));
      expect(packed.length).toBe(lines.length);
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      expect(packed.pieces.length).toBeLessThanOrEqual(8 + (2 * bytes) / 262_144);
      expect([...packed]).toEqual(lines);
      const text = lines.map((each) => `${each}\n`).join('');
      expect(Buffer.concat(packed.pieces).toString()).toBe(text);
    }),
    { numRuns: 50 },
  );
});
