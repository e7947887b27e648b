import { elementsOf, field, keysOf, lengthOf, textField } from '../model/json.ts';
import { Mark } from './mark.ts';
import { extrapolated, PAUSE, type Part } from './part.ts';
import { type Level, shareRead } from './reading-level.ts';
import { TextSlices } from './text-slices.ts';

/** Deeper schemas are cut: no API takes them. */
const MAX_DEPTH = 32;
/** More than fit into any context window, at two tokens each. */
const MAX_NODES = 1_000_000;
/** How many nodes are read at a stretch, at some 200 ns each. */
const NODES_PER_PART = 2;

/**
 * Function definitions as the model reads them: a TypeScript namespace. Counting this text, not the
 * JSON of the request, gives the numbers that the API reports.
 *
 * @param functions - `{ name, description?, parameters? }` each; `parameters` is a JSON schema. What
 * is `undefined` is left out.
 * @param count - how many there are
 * @see https://github.com/hmarr/openai-chat-tokens (MIT), validated against the API
 */
export function functionDefinitions(functions: Iterable<unknown>, count: number): Generator<Part> {
  return new TypeWriter().namespace(functions, count);
}

class TypeWriter {
  readonly #text = new TextSlices();
  /** The lists that are being read, the outermost first, and the schemas that they are in. */
  readonly #levels: Level[] = [];
  readonly #schemas: unknown[] = [];
  #left = MAX_NODES;

  *namespace(functions: Iterable<unknown>, count: number): Generator<Part> {
    const start = new Mark();
    yield start;
    this.#text.write('namespace functions {\n\n');
    yield* this.#each(functions, count, (definition) => this.#function(definition));
    this.#text.write('} // namespace functions');
    yield* this.#text.rest();
    if (this.#levels.length > 0) yield* extrapolated(start, shareRead(this.#levels));
  }

  get #isFull(): boolean {
    return this.#left <= 0;
  }

  /**
   * Writes the members of a list. One that is cut stays open: it shows how much was read.
   *
   * @param write - may return what is left to write of a member
   */
  *#each<Member>(
    members: Iterable<Member>,
    length: number,
    write: (member: Member, index: number) => Iterable<Part> | undefined,
  ): Generator<Part> {
    const level = { length, begun: 0 };
    this.#levels.push(level);
    for (const member of members) {
      if (this.#isFull) return;
      level.begun += 1;
      this.#left -= 1;
      if (this.#text.isFull) yield* this.#text.full();
      else if (this.#left % NODES_PER_PART === 0) yield PAUSE;
      const rest = write(member, level.begun - 1);
      if (rest !== undefined) yield* rest;
      if (this.#isFull) return;
    }
    if (level.begun === length) this.#levels.pop();
    else this.#left = 0; // a list that is longer than any API takes
  }

  *#function(definition: unknown): Generator<Part> {
    if (definition === undefined) return;
    this.#comment(textField(definition, 'description'));
    this.#text.write(`type ${textField(definition, 'name')} = (`);
    const parameters = field(definition, 'parameters');
    const names = keysOf(field(parameters, 'properties'));
    if (names.length > 0) {
      this.#text.write('_: {\n');
      yield* this.#properties(parameters, names, 0);
      this.#text.write('\n}');
    }
    this.#text.write(') => any;\n\n');
  }

  #comment(description: string): void {
    if (!description) return;
    this.#text.write('// ');
    this.#text.write(description);
    this.#text.write('\n');
  }

  *#properties(schema: unknown, names: readonly string[], depth: number): Generator<Part> {
    const properties = field(schema, 'properties');
    const required = yield* this.#required(schema);
    const indent = ' '.repeat(2 * depth);
    yield* this.#each(names, names.length, (name, index) => {
      const property = field(properties, name);
      if (index > 0) this.#text.write('\n');
      // Descriptions are shown for the outermost properties only.
      if (depth === 0) this.#comment(textField(property, 'description'));
      this.#text.write(indent);
      this.#text.write(name);
      this.#text.write(required.has(name) ? ': ' : '?: ');
      const simple = simpleType(property);
      if (simple === undefined) return this.#ended(this.#type(property, depth), ',');
      this.#text.write(`${simple},`);
      return undefined;
    });
  }

  *#ended(parts: Iterable<Part>, end: string): Generator<Part> {
    yield* parts;
    this.#text.write(end);
  }

  *#required(schema: unknown): Generator<Part, ReadonlySet<unknown>> {
    const names = new Set<unknown>();
    for (const name of elementsOf(field(schema, 'required'))) {
      if (this.#isFull) break;
      this.#left -= 1;
      if (this.#left % NODES_PER_PART === 0) yield PAUSE;
      names.add(name);
    }
    return names;
  }

  /** A schema that contains itself can't be sent, and has no end. */
  *#type(schema: unknown, depth: number): Generator<Part> {
    if (this.#schemas.length >= MAX_DEPTH || this.#schemas.includes(schema)) {
      this.#text.write('any');
      return;
    }
    this.#schemas.push(schema);
    yield* this.#written(schema, depth);
    this.#schemas.pop();
  }

  *#written(schema: unknown, depth: number): Generator<Part> {
    const choices = field(schema, 'anyOf');
    const type = field(schema, 'type');
    if (lengthOf(choices) > 0) {
      yield* this.#union(choices, (choice) => this.#type(choice, depth));
    } else if (type === 'array') yield* this.#array(schema, depth);
    else if (type === 'object') yield* this.#object(schema, depth);
    else yield* this.#literals(schema);
  }

  *#array(schema: unknown, depth: number): Generator<Part> {
    const items = field(schema, 'items');
    if (items === undefined) this.#text.write('any');
    else yield* this.#type(items, depth);
    this.#text.write('[]');
  }

  *#object(schema: unknown, depth: number): Generator<Part> {
    this.#text.write('{\n');
    const names = keysOf(field(schema, 'properties'));
    yield* this.#properties(schema, names, depth + 1);
    this.#text.write('\n}');
  }

  *#literals(schema: unknown): Generator<Part> {
    const simple = simpleType(schema);
    if (simple !== undefined) this.#text.write(simple);
    else yield* this.#union(field(schema, 'enum'), (value) => this.#literal(value));
  }

  *#union(
    members: unknown,
    write: (member: unknown) => Iterable<Part> | undefined,
  ): Generator<Part> {
    yield* this.#each(elementsOf(members), lengthOf(members), (member, index) => {
      if (index > 0) this.#text.write(' | ');
      return write(member);
    });
  }

  #literal(value: unknown): undefined {
    if (typeof value === 'string') {
      this.#text.write('"');
      this.#text.write(value);
      this.#text.write('"');
    } else {
      const isWritten = typeof value === 'number' || typeof value === 'boolean';
      this.#text.write(isWritten ? String(value) : 'null');
    }
    return undefined;
  }
}

const SIMPLE_TYPES: ReadonlyMap<unknown, string> = new Map([
  ['string', 'string'],
  ['number', 'number'],
  ['integer', 'number'],
  ['boolean', 'boolean'],
  ['null', 'null'],
]);
const ANY = 'any';

/** The type that a schema stands for, if that is a single word. */
function simpleType(schema: unknown): string | undefined {
  const type = field(schema, 'type');
  if (type === 'array' || type === 'object' || lengthOf(field(schema, 'anyOf')) > 0) {
    return undefined;
  }
  const simple = SIMPLE_TYPES.get(type) ?? ANY;
  const mayBeListed = simple !== 'boolean' && simple !== 'null';
  return mayBeListed && lengthOf(field(schema, 'enum')) > 0 ? undefined : simple;
}
