import { field, isList, keysOf, lengthOf } from '../model/json.ts';
import { escaped, JsonStrings } from './json-strings.ts';
import { Mark } from './mark.ts';
import { extrapolated, PAUSE, type Part, rough } from './part.ts';
import { type Level, shareRead } from './reading-level.ts';
import { TextSlices } from './text-slices.ts';

/** Deeper values are cut: no API takes them. */
const MAX_DEPTH = 32;
/** More than fit into any context window, at two tokens each. */
const MAX_VALUES = 1_000_000;
/** How many values are read at a stretch, at some 100 ns each. */
const VALUES_PER_PART = 4;

/** A longer string is cut off from what is around it, at one token more or less, and remembered. */
const LONGEST_SHORT = 2048;
const strings = new JsonStrings();

/** The tokens of a text that is the content of a file, and `undefined` for any other. */
export type FileTokens = (text: string) => number | undefined;

/** A list or an object that is being written. */
interface Open extends Level {
  readonly holder: unknown;
  /** `undefined` for a list. */
  readonly keys: readonly string[] | undefined;
  isEmpty: boolean;
}

/**
 * Writes the values in one body as compact JSON: what `JSON.stringify` gives, but total, in slices,
 * and bounded for all together. What comes beyond the bound is taken to be like what came before.
 */
export class JsonWriter {
  readonly #fileTokens: FileTokens;
  #left = MAX_VALUES;

  /** @param fileTokens - files within a value cost this, and aren't written */
  constructor(fileTokens: FileTokens = () => undefined) {
    this.#fileTokens = fileTokens;
  }

  /** A text as it is, unless it is the content of a file. */
  text(text: string): Part {
    const tokens = this.#fileTokens(text);
    return tokens === undefined ? text : rough(tokens);
  }

  /** The JSON of a value; nothing for `undefined`. */
  *write(value: unknown): Generator<Part> {
    if (value === undefined) return;
    const start = new Mark();
    yield start;
    const writing = new Writing(this.#fileTokens);
    writing.value(value);
    while (!writing.isDone && this.#left > 0) {
      this.#left -= 1;
      writing.step();
      if (writing.text.isFull) yield* writing.text.full();
      else if (this.#left % VALUES_PER_PART === 0) yield PAUSE;
    }
    yield* writing.text.rest();
    yield* extrapolated(start, writing.share);
    if (writing.inFiles !== undefined) yield rough(writing.inFiles);
  }
}

/** One value, as far as it has been written. */
class Writing {
  readonly text: TextSlices = new TextSlices();
  readonly #fileTokens: FileTokens;
  readonly #open: Open[] = [];
  /** The tokens of the files in it, if there are any. */
  inFiles: number | undefined;

  constructor(fileTokens: FileTokens) {
    this.#fileTokens = fileTokens;
  }

  get isDone(): boolean {
    return this.#open.length === 0;
  }

  /** How much of the value has been written. */
  get share(): number {
    return this.isDone ? 1 : shareRead(this.#open);
  }

  /** Writes the next member of the innermost list or object, or closes that. */
  step(): void {
    const open = this.#open.at(-1);
    if (open === undefined) return;
    if (open.begun < open.length) this.#member(open);
    else this.#close(open);
  }

  value(value: unknown): void {
    if (typeof value === 'string') this.#string(value);
    else if (typeof value === 'number')
      this.text.write(Number.isFinite(value) ? `${value}` : 'null');
    else if (typeof value === 'boolean') this.text.write(String(value));
    else if (this.#mayOpen(value)) this.#begin(value);
    else this.text.write('null');
  }

  /** What contains itself can't be sent, and has no end. */
  #mayOpen(value: unknown): boolean {
    if (typeof value !== 'object' || value === null || this.#open.length >= MAX_DEPTH) return false;
    return !this.#open.some(({ holder }) => holder === value);
  }

  #begin(holder: unknown): void {
    const keys = isList(holder) ? undefined : keysOf(holder);
    const length = keys?.length ?? lengthOf(holder);
    this.text.write(keys === undefined ? '[' : '{');
    this.#open.push({ holder, keys, length, begun: 0, isEmpty: true });
  }

  #close({ keys }: Open): void {
    this.text.write(keys === undefined ? ']' : '}');
    this.#open.pop();
  }

  #member(open: Open): void {
    const { holder, keys, begun } = open;
    const key = keys?.[begun];
    const value = field(holder, key ?? begun);
    open.begun += 1;
    if (key !== undefined && !isWritten(value)) return;
    if (!open.isEmpty) this.text.write(',');
    open.isEmpty = false;
    if (key !== undefined) {
      this.#quote(key);
      this.text.write(':');
    }
    this.value(value);
  }

  #string(text: string): void {
    const tokens = this.#fileTokens(text);
    if (tokens === undefined) this.#quote(text);
    else {
      this.inFiles = (this.inFiles ?? 0) + tokens;
      this.text.write('""');
    }
  }

  #quote(text: string): void {
    const slices = text.length > LONGEST_SHORT ? strings.slicesOf(text) : undefined;
    this.text.write('"');
    if (slices === undefined) this.text.write(text, escaped);
    else this.text.writeSlices(slices);
    this.text.write('"');
  }
}

/** Whether a property is in the JSON of its object. */
function isWritten(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}
