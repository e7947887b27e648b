import { FNV_PRIME, FNV_START, fnvWith } from '../model/fnv.ts';
import type { CooperativeQueue } from './cooperative-queue.ts';
import type { Job } from './job.ts';
import { jsonParts } from './json-parts.ts';
import type { Part } from './part.ts';
import { TextDigest } from './tokenizer/text-digest.ts';

/** Characters that are read in one unit of work, and the work of getting the next part. */
const CHARACTERS_PER_UNIT = 16;
const PART_WORK = 40;

/**
 * A digest of the JSON of a value, in slices; `undefined` for a value that JSON can't hold.
 * Two different values collide with a probability of 10⁻¹⁸: safe for a cache, not against attackers.
 */
export async function digestOf(
  value: unknown,
  queue: CooperativeQueue,
): Promise<string | undefined> {
  const digest = new Digest(value);
  await queue.run(digest);
  return digest.text;
}

/** Folds the digests of all parts into one. The same value always has the same parts. */
class Digest implements Job {
  readonly #parts: Iterator<Part>;
  #first = FNV_START;
  #second = FNV_PRIME;
  #length = 0;
  #isWhole = true;
  done = false;

  constructor(value: unknown) {
    this.#parts = jsonParts(value);
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
    if (typeof part === 'object') this.#isWhole = false;
    if (typeof part !== 'string') return PART_WORK;
    this.#add(part);
    return PART_WORK + part.length / CHARACTERS_PER_UNIT;
  }

  #add(text: string): void {
    const digest = new TextDigest(text);
    while (!digest.done) digest.advance();
    this.#first = fold(this.#first, digest.first, text.length);
    this.#second = fold(this.#second, digest.second, text.length);
    this.#length += text.length;
  }
}

function fold(hash: number, digest: number, length: number): number {
  return fnvWith(fnvWith(hash, digest), length);
}
