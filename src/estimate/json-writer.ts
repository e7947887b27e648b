import { elementsOf, field, isList, keysOf } from './untrusted.ts';

/** Deeper or larger values are cut: no API takes them, and a cycle has no end. */
const MAX_DEPTH = 32;
const MAX_VALUES = 5000;
const MAX_VALUES_IN_ALL = 200_000;
/** The quotes and escapes of a longer string don't matter any more: it is left as it is. */
const LONGEST_ESCAPED = 2048;
/** Beyond so many characters, only short strings are escaped: that can't be done in slices. */
const MOST_ESCAPED = 50_000;
const SHORT = 32;

/**
 * Writes the values in one body as compact JSON: what `JSON.stringify` gives, but total, and
 * bounded for each value and for all together. Long strings come apart from the rest, as they are:
 * they need not be copied, and are remembered.
 */
export class JsonWriter {
  #left = MAX_VALUES_IN_ALL;
  #stopAt = 0;
  #mayEscape = 0;
  #long: string[] = [];

  /** The JSON of a value, as texts. */
  write(value: unknown): readonly string[] {
    this.#stopAt = Math.max(0, this.#left - MAX_VALUES);
    this.#mayEscape = MOST_ESCAPED;
    this.#long = [];
    return this.#isFull ? [] : [this.#value(value, 0), ...this.#long];
  }

  get #isFull(): boolean {
    return this.#left <= this.#stopAt;
  }

  #value(value: unknown, depth: number): string {
    this.#left -= 1;
    if (typeof value === 'string') return this.#quote(value);
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
      text += `${text === '{' ? '' : ','}${this.#quote(key)}:${this.#value(property, depth + 1)}`;
    }
    return `${text}}`;
  }

  #quote(text: string): string {
    const isLong = text.length > Math.min(LONGEST_ESCAPED, Math.max(SHORT, this.#mayEscape));
    if (isLong) this.#long.push(text);
    else this.#mayEscape -= text.length;
    return isLong ? '""' : JSON.stringify(text);
  }
}
