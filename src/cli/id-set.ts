/// <reference types="node" />
import { createHash } from 'node:crypto';

/**
 * Which texts were seen, in 8 bytes for each and some room: 64 bits of a digest. Among ten million
 * texts, two have the same with a probability of 3 in a million.
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
    if (++this.#size > this.#slots.length / 2) this.#grow();
    return true;
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

function idOf(text: string): bigint {
  const id = createHash('sha1').update(text).digest().readBigUInt64LE();
  return id === 0n ? 1n : id;
}
