import type { ChatFamily } from './chat-family.ts';
import { functionDefinitions } from './function-definitions.ts';
import { JsonWriter } from './json-writer.ts';
import { type Part, rough } from './part.ts';
import { elementsOf, field, lengthOf, textField } from './untrusted.ts';

/** Naming the function to call takes these and the tokens of its name; forbidding all takes one. */
const FORCED_CHOICE = 4;
const NO_CHOICE = 1;

/** Whether a call offers functions to the model. */
export function hasFunctions(body: unknown): boolean {
  return lengthOf(field(body, 'tools')) > 0 || lengthOf(field(body, 'functions')) > 0;
}

/**
 * The functions of a call and which of them it asks for. `tools` may be Chat's
 * (`{ type, function: { name, … } }`) or Responses' (`{ type, name, … }`); tools without a name are
 * the provider's own, whose cost isn't published.
 */
export function* functionParts(body: unknown, family: ChatFamily): Generator<Part> {
  if (!hasFunctions(body)) return;
  yield family.definitions;
  yield functionDefinitions(functionsOf(body));
  if (hasOwnTools(body)) yield rough(0);
  yield* choiceParts(field(body, 'tool_choice') ?? field(body, 'function_call'));
}

function* functionsOf(body: unknown): Generator<unknown> {
  yield* elementsOf(field(body, 'functions'));
  for (const tool of elementsOf(field(body, 'tools'))) {
    const definition = field(tool, 'function') ?? field(tool, 'custom') ?? tool;
    if (textField(definition, 'name')) yield definition;
  }
}

/** Whether there are tools of the provider's own: a search, a sandbox. */
function hasOwnTools(body: unknown): boolean {
  for (const tool of elementsOf(field(body, 'tools'))) {
    const type = field(tool, 'type');
    if (type !== 'function' && type !== 'custom') return true;
  }
  return false;
}

function* choiceParts(choice: unknown): Generator<Part> {
  if (choice === 'none') yield NO_CHOICE;
  const name = textField(choice, 'name') || textField(field(choice, 'function'), 'name');
  if (!name) return;
  yield FORCED_CHOICE;
  yield name;
}

/**
 * The JSON schema that a reply must follow. It is put before the messages as text, under a heading.
 *
 * @param format - Chat's `response_format` or Responses' `text.format`
 */
export function* schemaParts(format: unknown): Generator<Part> {
  if (field(format, 'type') !== 'json_schema') return;
  const holder = field(format, 'json_schema') ?? format;
  const name = textField(holder, 'name');
  const description = textField(holder, 'description');
  yield `# Response Formats\n\n## ${name}\n\n${description && `// ${description}\n`}`;
  yield* new JsonWriter().write(field(holder, 'schema'));
}
