import { elementsOf, field, isList, keysOf, lengthOf, textField } from '../model/json.ts';
import { PAUSE, type Part, rough } from './part.ts';
import { TextSlices } from './text-slices.ts';

/** Deeper schemas are cut: no API takes them. */
const MAX_DEPTH = 32;
/** More than fit into any context window, at five tokens each. */
const MAX_NODES = 200_000;

/** What is shown of properties. */
export interface Shown {
  /** Their titles: not in the Responses API. @default false */
  readonly titles?: boolean | undefined;
  /** Descriptions of those further in: not of `functions`, the older form. @default true */
  readonly nested?: boolean | undefined;
}

/**
 * Function definitions as the model reads them: a TypeScript namespace. Counting this text, not the
 * JSON of the request, gives the numbers that the API reports.
 *
 * @param functions - `{ name, description?, parameters? }` each; `parameters` is a JSON schema
 * @param shown - what of their properties is shown besides
 * @see https://github.com/hmarr/openai-chat-tokens (MIT), validated against the API
 * @see https://github.com/openai/harmony src/encoding.rs, `json_schema_to_typescript`, for titles, presets and
 *   descriptions further in; all of them confirmed by recorded usage (2025 and 2026)
 */
export function* functionDefinitions(
  functions: Iterable<unknown>,
  shown: Shown = {},
): Generator<Part> {
  const slices = new TextSlices();
  const types = new TypeWriter(shown);
  yield* slices.write('namespace functions {\n\n');
  for (const definition of functions) {
    yield PAUSE;
    if (definition !== undefined) {
      yield* slices.write(types.functionType(definition));
      yield* slices.write(grammarOf(definition));
    }
    if (types.isCut) break;
  }
  yield* slices.write('} // namespace functions');
  yield slices.rest();
  if (types.isCut) yield rough(0);
}

/** Of a custom tool, what its input must be like. */
function grammarOf(definition: unknown): string {
  const format = field(definition, 'format');
  return textField(field(format, 'grammar') ?? format, 'definition');
}

/** Writes JSON schemas as TypeScript. */
class TypeWriter {
  /** The schemas around the one that is being written. */
  readonly #schemas: unknown[] = [];
  readonly #shown: Shown;
  #left = MAX_NODES;

  constructor(shown: Shown) {
    this.#shown = shown;
  }

  /** Whether there was more than fits into any context window. */
  get isCut(): boolean {
    return this.#left <= 0;
  }

  functionType(definition: unknown): string {
    const comment = commentOf(textField(definition, 'description'));
    const properties = this.#properties(field(definition, 'parameters'), 0);
    const parameter = properties === '' ? '' : `_: {\n${properties}\n}`;
    return `${comment}type ${textField(definition, 'name')} = (${parameter}) => any;\n\n`;
  }

  /** The members of a list, as many as may still be written. */
  *#counted<Member>(members: Iterable<Member>): Generator<Member> {
    for (const member of members) {
      if (this.isCut) return;
      this.#left -= 1;
      yield member;
    }
  }

  #properties(schema: unknown, depth: number): string {
    const properties = field(schema, 'properties');
    const required = new Set(this.#counted(elementsOf(field(schema, 'required'))));
    const lines: string[] = [];
    for (const name of this.#counted(keysOf(properties))) {
      const property = field(properties, name);
      const indent = ' '.repeat(2 * depth);
      const colon = required.has(name) ? ':' : '?:';
      const type = `${indent}${name}${colon} ${this.#type(property, depth)},`;
      lines.push(`${this.#commentsOf(property, depth)}${type}${presetOf(property)}`);
    }
    return lines.join('\n');
  }

  #commentsOf(property: unknown, depth: number): string {
    const { titles = false, nested = true } = this.#shown;
    const title = titles ? textField(property, 'title') : '';
    const isDescribed = depth === 0 || nested;
    const comment = isDescribed ? commentOf(textField(property, 'description')) : '';
    return `${title && `// ${title}\n//\n`}${comment}`;
  }

  /** A schema that contains itself can't be sent, and has no end. */
  #type(schema: unknown, depth: number): string {
    if (this.#schemas.length >= MAX_DEPTH || this.#schemas.includes(schema)) return 'any';
    this.#schemas.push(schema);
    const type = this.#typeOf(schema, depth);
    this.#schemas.pop();
    return type;
  }

  #typeOf(schema: unknown, depth: number): string {
    const choices = field(schema, 'anyOf') ?? field(schema, 'oneOf');
    if (lengthOf(choices) > 0) return this.#union(choices, (each) => this.#type(each, depth));
    const type = field(schema, 'type');
    if (isList(type)) return this.#union(type, (each) => SIMPLE_TYPES.get(each) ?? String(each));
    switch (type) {
      case 'array': {
        const items = field(schema, 'items');
        return `${items === undefined ? 'any' : this.#type(items, depth)}[]`;
      }
      case 'object':
        return `{\n${this.#properties(schema, depth + 1)}\n}`;
      default:
        return this.#simpleType(schema);
    }
  }

  #simpleType(schema: unknown): string {
    const simple = SIMPLE_TYPES.get(field(schema, 'type')) ?? 'any';
    const values = field(schema, 'enum');
    const isListed = simple !== 'boolean' && simple !== 'null' && lengthOf(values) > 0;
    return isListed ? this.#union(values, literal) : simple;
  }

  #union(members: unknown, write: (member: unknown) => string): string {
    return Array.from(this.#counted(elementsOf(members)), write).join(' | ');
  }
}

const SIMPLE_TYPES: ReadonlyMap<unknown, string> = new Map([
  ['string', 'string'],
  ['number', 'number'],
  ['integer', 'number'],
  ['boolean', 'boolean'],
  ['null', 'null'],
]);

/** What a property is, if it isn't given. */
function presetOf(property: unknown): string {
  const preset = field(property, 'default');
  return preset === undefined ? '' : ` // default: ${shortJson(preset)}`;
}

function shortJson(value: unknown): string {
  return typeof value === 'object' ? '{}' : JSON.stringify(value);
}

function commentOf(description: string): string {
  return description && `// ${description}\n`;
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'null';
}
