/// <reference types="node" />
import { hash } from 'node:crypto';

/**
 * Which texts were seen, in 10 to 20 bytes for each: 64 bits of a digest, and some room. Among ten
 * million texts, two have the same with a probability of 3 in a million.
 */
export class IdSet {
  #slots = new BigUint64Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(text: string): boolean {
    const id = idOf(text);
    return this.#slots[this.#slotOf(this.#slots, id)] === id;
  }

  /** `false` where it was there before. */
  add(text: string): boolean {
    const id = idOf(text);
    const slot = this.#slotOf(this.#slots, id);
    if (this.#slots[slot] === id) return false;
    this.#slots[slot] = id;
    if (++this.#size > this.#slots.length * FULLEST) this.#grow();
    return true;
  }

  delete(text: string): void {
    const slots = this.#slots;
    const id = idOf(text);
    let hole = this.#slotOf(slots, id);
    if (slots[hole] !== id) return;
    this.#size--;
    // Whatever follows in a row moves up, unless it would come before where it belongs.
    for (let slot = hole; ; ) {
      slot = (slot + 1) % slots.length;
      const next = slots[slot] ?? 0n;
      if (next === 0n) break;
      const home = Number(next % BigInt(slots.length));
      const isAfter = hole <= slot ? hole < home && home <= slot : hole < home || home <= slot;
      if (isAfter) continue;
      slots[hole] = next;
      hole = slot;
    }
    slots[hole] = 0n;
  }

  #grow(): void {
    const slots = new BigUint64Array(this.#slots.length * 2);
    for (const id of this.#slots) if (id !== 0n) slots[this.#slotOf(slots, id)] = id;
    this.#slots = slots;
  }

  /** Where the id is, or could be: open addressing, in which 0 is free. */
  #slotOf(slots: BigUint64Array, id: bigint): number {
    let slot = Number(id % BigInt(slots.length));
    while (slots[slot] !== 0n && slots[slot] !== id) slot = (slot + 1) % slots.length;
    return slot;
  }
}

/** Searches stay short up to here. */
const FULLEST = 0.8;

function idOf(text: string): bigint {
  const id = hash('sha1', text, 'buffer').readBigUInt64LE();
  return id === 0n ? 1n : id;
}
