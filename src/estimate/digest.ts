import type { CooperativeQueue } from './cooperative-queue.ts';
import type { Job } from './job.ts';
import { JsonWriter } from './json-writer.ts';
import type { Part } from './part.ts';

/** Hashing a character, and getting the next part of a value, in units of work. */
const CHARACTERS_PER_UNIT = 2;
const PART_WORK = 40;

/**
 * A digest of the JSON of a value, in slices; `undefined` for a value that is too large for that.
 * Of values that differ, one pair in 10¹⁸ has the same: good for a cache, not against an attacker.
 */
export async function digestOf(
  value: unknown,
  queue: CooperativeQueue,
): Promise<string | undefined> {
  const digest = new Digest(value);
  await queue.run(digest);
  return digest.text;
}

/** Two 32-bit FNV hashes with different primes, and the length (Fowler, Noll, Vo: 1991). */
class Digest implements Job {
  readonly #parts: Iterator<Part>;
  #first = 0x811c9dc5;
  #second = 0x01000193;
  #length = 0;
  #isWhole = true;
  done = false;

  constructor(value: unknown) {
    this.#parts = new JsonWriter().write(value);
  }

  get text(): string | undefined {
    if (!this.#isWhole) return undefined;
    return [this.#first >>> 0, this.#second >>> 0, this.#length].join(' ');
  }

  step(budget: number): number {
    let work = 0;
    while (work < budget && !this.done) work += this.#take();
    return work;
  }

  #take(): number {
    const { done, value: part } = this.#parts.next();
    if (done === true) {
      this.done = true;
      return 1;
    }
    if (typeof part === 'object' && 'times' in part) this.#isWhole = false;
    if (typeof part !== 'string') return PART_WORK;
    this.#add(part);
    return PART_WORK + part.length / CHARACTERS_PER_UNIT;
  }

  #add(text: string): void {
    let first = this.#first;
    let second = this.#second;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      first = Math.imul(first ^ unit, 0x01000193);
      second = Math.imul(second ^ unit, 0x5bd1e995) ^ (second >>> 15);
    }
    this.#first = first;
    this.#second = second;
    this.#length += text.length;
  }
}
