import { elementsOf, field, isList, keysOf } from './untrusted.ts';

/** Deeper or larger values are cut: no API takes them, and a cycle has no end. */
const MAX_DEPTH = 32;
const MAX_VALUES = 5000;
const MAX_VALUES_IN_ALL = 200_000;
/** The quotes and escapes of a longer string don't matter any more. */
const LONGEST_ESCAPED = 4096;

/**
 * Writes the values in one body as compact JSON: what `JSON.stringify` gives, but total, and
 * bounded for each value and for all together.
 */
export class JsonWriter {
  #left = MAX_VALUES_IN_ALL;
  #stopAt = 0;

  write(value: unknown): string {
    this.#stopAt = Math.max(0, this.#left - MAX_VALUES);
    return this.#isFull ? '' : this.#value(value, 0);
  }

  get #isFull(): boolean {
    return this.#left <= this.#stopAt;
  }

  #value(value: unknown, depth: number): string {
    this.#left -= 1;
    if (typeof value === 'string') return quote(value);
    if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
    if (typeof value === 'boolean') return String(value);
    if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return 'null';
    return isList(value) ? this.#list(value, depth) : this.#object(value, depth);
  }

  #list(value: unknown, depth: number): string {
    let text = '[';
    for (const element of elementsOf(value)) {
      if (this.#isFull) break;
      text += (text === '[' ? '' : ',') + this.#value(element, depth + 1);
    }
    return `${text}]`;
  }

  #object(value: unknown, depth: number): string {
    let text = '{';
    for (const key of keysOf(value)) {
      if (this.#isFull) break;
      const property = field(value, key);
      if (property === undefined || typeof property === 'function') continue;
      text += `${text === '{' ? '' : ','}${quote(key)}:${this.#value(property, depth + 1)}`;
    }
    return `${text}}`;
  }
}

function quote(text: string): string {
  return text.length > LONGEST_ESCAPED ? text : JSON.stringify(text);
}
