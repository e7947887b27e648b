import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap } from '../../src/queue/heap.ts';

interface Item {
  readonly value: number;
}

function heapOf(): Heap<Item> {
  return new Heap<Item>((one, other) => one.value < other.value);
}

const values = (items: Iterable<Item>): number[] => [...items].map(({ value }) => value);
const step = fc.record({ isAdded: fc.boolean(), value: fc.nat(20), index: fc.nat(100) });

describe('a heap', () => {
  it('has the least item first, and all in order, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const heap = heapOf();
        const items: Item[] = [];
        for (const { isAdded, value, index } of steps) {
          const [gone] = isAdded ? [] : items.splice(index % Math.max(1, items.length), 1);
          if (gone !== undefined) heap.remove(gone);
          if (isAdded) {
            items.push({ value });
            heap.add(items.at(-1)!);
          }
          const sorted = values(items).sort((one, other) => one - other);
          expect(heap.first?.value).toBe(sorted[0]);
          expect(values(heap.inOrder())).toEqual(sorted);
          expect(heap.size).toBe(items.length);
        }
      }),
    );
  });

  it('knows which items it has, and takes out only those', () => {
    const heap = heapOf();
    const [one, other] = [{ value: 1 }, { value: 1 }];
    heap.add(one);
    heap.remove(other);
    expect([heap.has(one), heap.has(other), heap.size]).toEqual([true, false, 1]);
    heap.remove(one);
    expect([heap.has(one), heap.first]).toEqual([false, undefined]);
  });
});
