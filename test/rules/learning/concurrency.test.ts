import { describe, expect, it } from 'vitest';
import {
  type Concurrency,
  configureConcurrency,
  lowerConcurrency,
  newConcurrency,
  raiseConcurrency,
  stateConcurrency,
} from '../../../src/rules/learning/concurrency.ts';

const MINUTE = 60_000;

function answers(concurrency: Concurrency, count: number, now: number): void {
  for (let call = 0; call < count; call++) raiseConcurrency(concurrency, true, now);
}

describe('the number of calls in flight', () => {
  it('is what was in flight and not refused; one more is tried after quiet use', () => {
    const concurrency = newConcurrency({ start: 500, most: 500 }, 0);
    lowerConcurrency(concurrency, 20, 3, 0);
    expect(concurrency.limit).toBe(20);
    answers(concurrency, 2000, 9 * MINUTE);
    expect(concurrency.limit).toBe(20);
    answers(concurrency, 1, 10 * MINUTE);
    expect(concurrency.limit).toBe(21);
  });

  it('is doubled where it is a guess that nothing has contradicted', () => {
    const concurrency = newConcurrency({ start: 1, most: 100 }, 0);
    for (let minute = 1; minute <= 3; minute++) answers(concurrency, 10, minute * MINUTE);
    expect(concurrency.limit).toBe(8);
  });

  it('is never below one, nor above what was given', () => {
    const concurrency = newConcurrency({ start: 10, most: 10 }, 0);
    lowerConcurrency(concurrency, 0, 9, 0);
    expect(concurrency.limit).toBe(1);
    expect(stateConcurrency(concurrency, 50)).toBe(true);
    expect(concurrency.limit).toBe(10);
    expect(stateConcurrency(concurrency, 50)).toBe(false);
  });

  it('keeps what refusals have shown when bounds are given anew', () => {
    const concurrency = newConcurrency({ start: 10, most: 20 }, 0);
    configureConcurrency(concurrency, { start: 8, most: 20 });
    expect(concurrency.limit).toBe(8);
    lowerConcurrency(concurrency, 5, 1, 0);
    configureConcurrency(concurrency, { start: 8, most: 20 });
    expect(concurrency.limit).toBe(5);
    configureConcurrency(concurrency, { start: 8, most: 3 });
    expect(concurrency.limit).toBe(3);
  });
});
