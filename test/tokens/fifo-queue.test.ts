import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FifoQueue } from '../../src/tokens/fifo-queue.ts';

test('who came first is taken first, whoever joins in between', () => {
  const steps = fc.array(fc.boolean(), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (joins) => {
      const line = new FifoQueue<number>();
      const expected: number[] = [];
      for (const [index, isJoining] of joins.entries()) {
        if (isJoining) {
          line.join(index);
          expected.push(index);
        } else expect(line.take()).toBe(expected.shift());
      }
    }),
    { seed: 1 },
  );
});
