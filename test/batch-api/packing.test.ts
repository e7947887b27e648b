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
    bytes: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(fc.array(call), (calls) => {
      const packing = new Packing(vendor, { requests: 6, bytes: 100 });
      const parcels: Parcel[] = [];
      for (const [index, { model, inputs, bytes }] of calls.entries()) {
        const body = { model, input: Array.from({ length: inputs }, () => 'x') };
        parcels.push(...packing.add({ id: String(index), url: '/v1/embeddings', body }, bytes));
      }
      parcels.push(...packing.rest());
      const ids = parcels.flatMap((each) => each.calls.map(({ id }) => Number(id)));
      expect(ids.toSorted((a, b) => a - b)).toEqual([...calls.keys()]);
      for (const { calls: own } of parcels) {
        const asked = own.map(({ id }) => calls[Number(id)]);
        const sum = (pick: 'bytes' | 'inputs') =>
          asked.reduce((total, each) => total + (each?.[pick] ?? 0), 0);
        expect(new Set(asked.map((each) => each?.model)).size).toBe(1);
        expect(sum('bytes')).toBeLessThanOrEqual(100);
        expect(sum('inputs')).toBeLessThanOrEqual(6);
      }
    }),
  );
});
