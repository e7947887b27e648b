import { elementsOf, field, keysOf, lengthOf, textField } from './untrusted.ts';

/** Deeper or larger schemas are cut: no API takes them, and a cycle has no end. */
const MAX_DEPTH = 32;
const MAX_NODES = 5000;

/**
 * Function definitions as the model reads them: a TypeScript namespace. Counting this text, not the
 * JSON of the request, gives the numbers that the API reports.
 *
 * @param functions - `{ name, description?, parameters? }` each; `parameters` is a JSON schema.
 * @see https://github.com/hmarr/openai-chat-tokens (MIT), validated against the API
 */
export function functionDefinitions(functions: Iterable<unknown>): string {
  const writer = new TypeWriter();
  let text = 'namespace functions {\n\n';
  for (const definition of functions) {
    if (writer.isFull) break;
    const description = textField(definition, 'description');
    if (description) text += `// ${description}\n`;
    const parameters = writer.parameters(field(definition, 'parameters'));
    text += `type ${textField(definition, 'name')} = (${parameters}) => any;\n\n`;
  }
  return `${text}} // namespace functions`;
}

class TypeWriter {
  #nodes = 0;

  get isFull(): boolean {
    return this.#nodes >= MAX_NODES;
  }

  parameters(schema: unknown): string {
    this.#nodes += 1;
    const properties = this.#properties(schema, 0);
    return properties ? `_: {\n${properties}\n}` : '';
  }

  #properties(schema: unknown, depth: number): string {
    const properties = field(schema, 'properties');
    const required = this.#required(schema);
    const lines: string[] = [];
    for (const name of keysOf(properties)) {
      if (this.isFull) break;
      const property = field(properties, name);
      const description = textField(property, 'description');
      // Descriptions are shown for the outermost properties only.
      if (description && depth === 0) lines.push(`// ${description}`);
      lines.push(`${name}${required.has(name) ? '' : '?'}: ${this.#type(property, depth)},`);
    }
    const indent = ' '.repeat(2 * depth);
    return lines.map((line) => indent + line).join('\n');
  }

  #required(schema: unknown): ReadonlySet<unknown> {
    const names = new Set<unknown>();
    for (const name of elementsOf(field(schema, 'required'))) {
      if (this.isFull) break;
      this.#nodes += 1;
      names.add(name);
    }
    return names;
  }

  #type(schema: unknown, depth: number): string {
    this.#nodes += 1;
    if (depth >= MAX_DEPTH) return 'any';
    const choices = field(schema, 'anyOf');
    if (lengthOf(choices) > 0) {
      return this.#union(choices, (choice) => this.#type(choice, depth));
    }
    switch (field(schema, 'type')) {
      case 'string':
        return this.#literals(schema, 'string');
      case 'number':
      case 'integer':
        return this.#literals(schema, 'number');
      case 'boolean':
        return 'boolean';
      case 'null':
        return 'null';
      case 'array':
        return `${this.#items(schema, depth)}[]`;
      case 'object':
        return `{\n${this.#properties(schema, depth + 1)}\n}`;
      default:
        return this.#literals(schema, 'any');
    }
  }

  #items(schema: unknown, depth: number): string {
    const items = field(schema, 'items');
    return items === undefined ? 'any' : this.#type(items, depth);
  }

  #literals(schema: unknown, type: string): string {
    const values = field(schema, 'enum');
    return lengthOf(values) > 0 ? this.#union(values, literal) : type;
  }

  #union(members: unknown, write: (member: unknown) => string): string {
    const written: string[] = [];
    for (const member of elementsOf(members)) {
      if (this.isFull) break;
      this.#nodes += 1;
      written.push(write(member));
    }
    return written.join(' | ');
  }
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'null';
}
