import { elementsOf, field, lengthOf, textField } from '../model/json.ts';
import type { ChatFamily } from './families/family.ts';
import { serverToolTokens } from './families/server-tools.ts';
import { functionDefinitions } from './function-definitions.ts';
import { jsonParts } from './json-parts.ts';
import { hidden, type Part, rough } from './part.ts';

/** Naming the function to call takes these and the tokens of its name; forbidding all takes one. */
const FORCED_CHOICE = 4;
const NO_CHOICE = 1;

/** Whether a call offers functions to the model. */
export function hasFunctions(body: unknown): boolean {
  return lengthOf(field(body, 'tools')) + lengthOf(field(body, 'functions')) > 0;
}

/** Whether the reply must follow a schema. */
export function hasSchema(body: unknown): boolean {
  const holders = [body, field(body, 'text'), field(body, 'output_config')];
  return holders.some(
    (holder) => (field(holder, 'response_format') ?? field(holder, 'format')) != null,
  );
}

/**
 * The functions of a call and which of them it asks for. `tools` may be Chat's
 * (`{ type, function: { name, … } }`) or Responses' (`{ type, name, … }`); tools without a name are
 * the provider's own, whose cost isn't published.
 *
 * @param hasSearched - whether the input has what a search for tools found
 */
export function* functionParts(
  body: unknown,
  family: ChatFamily,
  hasSearched = false,
): Generator<Part> {
  if (!hasFunctions(body)) return;
  const { form, around, areHidden = false, showsTitles } = family.tools;
  const choice = field(body, 'tool_choice') ?? field(body, 'function_call');
  if (areHidden && choice === 'none') return;
  const tools = new OfferedTools(body, hasSearched);
  if (form === 'json') yield* asJson(tools, choice, family);
  else {
    yield around;
    const nested = lengthOf(field(body, 'functions')) === 0;
    yield* functionDefinitions(tools.functions(), { titles: showsTitles, nested });
    yield* choiceParts(choice);
  }
  if (!tools.areOurs) yield hidden(tools.serverTokens);
}

/** Around functions that a later item offers. */
const ADDED = 90;

/** Functions that an item of the input offers. */
export function* addedFunctionParts(tools: unknown): Generator<Part> {
  yield ADDED;
  yield* functionDefinitions(elementsOf(tools));
}

/** The functions as they are sent: so do the chat templates of most models show them. */
function* asJson(
  tools: OfferedTools,
  choice: unknown,
  { tools: form }: ChatFamily,
): Generator<Part> {
  const { around, aroundForced = around, each = 0, times } = form;
  const isForced = choice === 'required' || choice === 'any' || chosenName(choice) !== '';
  yield isForced ? aroundForced : around;
  for (const definition of tools.functions()) {
    if (definition === undefined) continue;
    yield each;
    if (form.isApart === true) yield* partsApart(definition, times);
    else yield* jsonParts(definition, undefined, { times });
  }
}

function* partsApart(definition: unknown, times: number | undefined): Generator<Part> {
  yield textField(definition, 'name');
  yield textField(definition, 'description');
  yield* jsonParts(field(definition, 'parameters'), undefined, { times });
}

/** What a call offers to the model. */
class OfferedTools {
  readonly #body: unknown;
  readonly #hasSearched: boolean;
  /** Whether all that were read so far are the caller's, and none the provider's own: a search, a sandbox. */
  areOurs = true;
  /** What the provider's own typically add. */
  serverTokens = 0;

  constructor(body: unknown, hasSearched: boolean) {
    this.#body = body;
    this.#hasSearched = hasSearched;
  }

  /** The definitions of functions, and `undefined` for each other tool. */
  *functions(): Generator<unknown> {
    yield* elementsOf(field(this.#body, 'functions'));
    for (const tool of elementsOf(field(this.#body, 'tools'))) {
      const type = field(tool, 'type');
      if (field(tool, 'defer_loading') === true) continue; // not shown before a search finds it
      if (type !== 'function' && type !== 'custom') this.#add(type);
      // With a name of its own, it is one of the Responses API, which reads nothing else of it.
      const isWhole = textField(tool, 'name') !== '';
      const definition = isWhole ? tool : (field(tool, 'function') ?? field(tool, 'custom'));
      yield textField(definition, 'name') ? definition : undefined;
    }
  }

  #add(type: unknown): void {
    this.areOurs = false;
    const hasFound = type === 'tool_search' && this.#hasSearched;
    this.serverTokens += hasFound ? 0 : serverToolTokens(type);
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
 * The JSON schema that a reply must follow. OpenAI's models read it before the messages as text, under
 * a heading.
 *
 * @param format - Chat's `response_format` or Responses' `text.format`
 */
export function* schemaParts(format: unknown, { schema: form }: ChatFamily): Generator<Part> {
  if (field(format, 'type') !== 'json_schema') return;
  const holder = field(format, 'json_schema') ?? format;
  const { around, times, isNamed, without } = form;
  yield around;
  if (isNamed) {
    const description = textField(holder, 'description');
    const comment = description && `// ${description}\n`;
    yield `# Response Formats\n\n## ${textField(holder, 'name')}\n\n${comment}`;
  }
  yield* jsonParts(field(holder, 'schema'), undefined, { times, without });
}
