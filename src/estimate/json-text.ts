import { elementsOf, field, isList, keysOf } from './untrusted.ts';

/** Deeper or larger values are cut: no API takes them, and a cycle has no end. */
const MAX_DEPTH = 32;
const MAX_VALUES = 10_000;
/** The quotes and escapes of a longer string don't matter any more. */
const LONGEST_ESCAPED = 4096;

/** A value as compact JSON: what `JSON.stringify` gives, but total, and bounded. */
export function jsonText(value: unknown): string {
  return new JsonWriter().write(value, 0);
}

class JsonWriter {
  #values = 0;

  write(value: unknown, depth: number): string {
    this.#values += 1;
    if (typeof value === 'string') return quote(value);
    if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
    if (typeof value === 'boolean') return String(value);
    if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return 'null';
    return isList(value) ? this.#list(value, depth) : this.#object(value, depth);
  }

  #list(value: unknown, depth: number): string {
    let text = '[';
    for (const element of elementsOf(value)) {
      if (this.#values >= MAX_VALUES) break;
      text += (text === '[' ? '' : ',') + this.write(element, depth + 1);
    }
    return `${text}]`;
  }

  #object(value: unknown, depth: number): string {
    let text = '{';
    for (const key of keysOf(value)) {
      if (this.#values >= MAX_VALUES) break;
      const property = field(value, key);
      if (property === undefined || typeof property === 'function') continue;
      text += `${text === '{' ? '' : ','}${quote(key)}:${this.write(property, depth + 1)}`;
    }
    return `${text}}`;
  }
}

function quote(text: string): string {
  return text.length > LONGEST_ESCAPED ? text : JSON.stringify(text);
}
