import { elementsOf, field, lengthOf, textField } from '../model/json.ts';
import type { ChatFamily } from './chat-family.ts';
import { functionDefinitions } from './function-definitions.ts';
import { jsonParts } from './json-parts.ts';
import { type Part, rough } from './part.ts';

/** Naming the function to call takes these and the tokens of its name; forbidding all takes one. */
const FORCED_CHOICE = 4;
const NO_CHOICE = 1;

/** Whether a call offers functions to the model. */
export function hasFunctions(body: unknown): boolean {
  return lengthOf(field(body, 'tools')) + lengthOf(field(body, 'functions')) > 0;
}

/**
 * The functions of a call and which of them it asks for. `tools` may be Chat's
 * (`{ type, function: { name, … } }`) or Responses' (`{ type, name, … }`); tools without a name are
 * the provider's own, whose cost isn't published.
 */
export function* functionParts(body: unknown, family: ChatFamily): Generator<Part> {
  if (!hasFunctions(body)) return;
  yield family.definitions;
  const tools = new OfferedTools(body);
  yield* functionDefinitions(tools.functions());
  if (!tools.areOurs) yield rough(0);
  yield* choiceParts(field(body, 'tool_choice') ?? field(body, 'function_call'));
}

/** What a call offers to the model. */
class OfferedTools {
  readonly #body: unknown;
  /** Whether all that were read so far are the caller's, and none the provider's own: a search, a sandbox. */
  areOurs = true;

  constructor(body: unknown) {
    this.#body = body;
  }

  /** The definitions of functions, and `undefined` for each other tool. */
  *functions(): Generator<unknown> {
    yield* elementsOf(field(this.#body, 'functions'));
    for (const tool of elementsOf(field(this.#body, 'tools'))) {
      const type = field(tool, 'type');
      if (type !== 'function' && type !== 'custom') this.areOurs = false;
      const definition = field(tool, 'function') ?? field(tool, 'custom') ?? tool;
      yield textField(definition, 'name') ? definition : undefined;
    }
  }
}

function* choiceParts(choice: unknown): Generator<Part> {
  if (choice === 'none') yield NO_CHOICE;
  if (field(choice, 'type') === 'allowed_tools') yield* allowedParts(choice);
  const name = chosenName(choice);
  if (!name) return;
  yield FORCED_CHOICE;
  yield name;
}

/** How a model is told to choose among some of its tools isn't published: by their names, it seems. */
function* allowedParts(choice: unknown): Generator<Part> {
  yield rough(FORCED_CHOICE);
  const tools = field(field(choice, 'allowed_tools') ?? choice, 'tools');
  for (const tool of elementsOf(tools)) yield chosenName(tool);
}

/** Chat has `{ type, function: { name } }`, Responses `{ type, name }`. */
function chosenName(choice: unknown): string {
  return textField(field(choice, 'function') ?? field(choice, 'custom') ?? choice, 'name');
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
  yield* jsonParts(field(holder, 'schema'));
}
