import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OpenAIVendor } from '../../src/batch-api/openai-vendor.ts';
import { Packing, type Parcel } from '../../src/batch-api/packing.ts';

// biome-ignore lint/suspicious/noExplicitAny: nothing is sent
const vendor = new OpenAIVendor({} as any);

it('never exceeds the limits of a batch, mixes models, or loses or repeats a call', () => {
  const call = fc.record({
    model: fc.constantFrom('a', 'b', 'c'),
    inputs: fc.integer({ min: 1, max: 4 }),
    size: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(call), (calls) => {
      const packing = new Packing(vendor, { requests: 6, bytes: 500 });
      const parcels: Parcel[] = [];
      for (const [index, { model, inputs, size }] of calls.entries()) {
        const body = { model, input: Array.from({ length: inputs }, () => 'x'.repeat(size)) };
        parcels.push(...(packing.add({ id: String(index), url: '/v1/embeddings', body }) ?? []));
      }
      parcels.push(...packing.rest());
      const ids = parcels.flatMap((each) => [...each.ids].map(Number));
      expect(ids.toSorted((a, b) => a - b)).toEqual([...calls.keys()]);
      for (const { token, ids, lines: packed } of parcels) {
        const own = [...ids];
        const lines = [...packed];
        const asked = own.map((id) => calls[Number(id)]);
        expect(new Set(asked.map((each) => each?.model)).size).toBe(1);
        expect(asked.reduce((sum, each) => sum + (each?.inputs ?? 0), 0)).toBeLessThanOrEqual(6);
        const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
        if (lines.length > 1) expect(bytes).toBeLessThanOrEqual(500);
        const names = lines.map((line) => JSON.parse(line).custom_id);
        expect(names).toEqual(own.map((_, index) => `${token}-${index}`));
      }
      expect(new Set(parcels.map(({ token }) => token)).size).toBe(parcels.length);
    }),
  );
});

it('has no place for a call that no batch takes', () => {
  const packing = new Packing(vendor, { requests: 6, bytes: 500 });
  const body = { model: 'a', input: 'x'.repeat(200_000_000) };
  expect(packing.add({ id: '1', url: '/v1/embeddings', body })).toBe(undefined);
  expect(packing.rest()).toEqual([]);
});
