import { elementsOf, field, keysOf, textField } from '../model/json.ts';
import type { ChatFamily } from './families/family.ts';
import { fileTokensBy } from './file-tokens.ts';
import { type FileTokens, jsonParts, textPart } from './json-parts.ts';
import { openaiMedia } from './openai-content.ts';
import { openaiImageBytesTokens } from './openai-images.ts';
import { OpenAIMessages, SYSTEM_ROLES } from './openai-messages.ts';
import { addedFunctionParts, functionParts, hasFunctions, schemaParts } from './openai-tools.ts';
import { hidden, type Part, rough } from './part.ts';

/** Where a body refers to input that it doesn't have. */
const HELD_BY_SERVER = ['previous_response_id', 'conversation', 'prompt'];
/** Of an item, what the model isn't shown: how it is called and how it went, and what is encrypted. */
const NOT_SHOWN: readonly string[] = ['type', 'id', 'call_id', 'status', 'encrypted_content'];

/** What it takes to read one body. */
interface Reading {
  readonly model: string;
  readonly family: ChatFamily;
  readonly messages: OpenAIMessages;
  readonly fileTokens: FileTokens;
}

/**
 * What `POST /responses` is charged for as input, as far as the body shows it. Earlier turns
 * (`previous_response_id`, `conversation`), stored prompts and the provider's own tools are not in
 * the body: with those, this is a floor. The formula is that of Chat Completions.
 */
export function* openaiResponses(
  body: unknown,
  model: string,
  family: ChatFamily,
): Generator<Part> {
  const messages = new OpenAIMessages(model, family, hasFunctions(body));
  const fileTokens = fileTokensBy((bytes) => openaiImageBytesTokens(model, bytes));
  const reading = { model, family, messages, fileTokens };
  const reasoning = new ReturnedReasoning(body, family);
  let hasSearched = false;
  const instructions = textField(body, 'instructions');
  const first = textField(field(field(body, 'input'), 0), 'role');
  yield messages.start(instructions !== '' || SYSTEM_ROLES.includes(first));
  if (instructions) yield* messages.parts('system', instructions);
  const input = field(body, 'input');
  if (typeof input === 'string') yield* messages.parts('user', input);
  for (const item of elementsOf(input)) {
    reasoning.see(item);
    hasSearched ||= field(item, 'type') === 'tool_search_output';
    yield* itemParts(item, reading);
  }
  yield* reasoning.parts();
  yield* variableParts(field(field(body, 'prompt'), 'variables'), model);
  if (HELD_BY_SERVER.some((key) => field(body, key) != null)) yield hidden(0);
  yield family.reply;
  yield* functionParts(body, family, hasSearched);
  yield* schemaParts(field(field(body, 'text'), 'format'), family);
}

/** Reasoning that was sent back, as far as the model still reads it. */
class ReturnedReasoning {
  readonly #family: ChatFamily;
  readonly #isKept: boolean;
  #tokens: number | undefined;

  constructor(body: unknown, family: ChatFamily) {
    this.#family = family;
    const context = field(field(body, 'reasoning'), 'context');
    this.#isKept = family.encrypted.isKept || context === 'all_turns';
  }

  /** Each item in order: a message of the user ends the turns whose reasoning is read. */
  see(item: unknown): void {
    if (field(item, 'type') === 'reasoning') this.#tokens = (this.#tokens ?? 0) + this.#of(item);
    else if (field(item, 'role') === 'user' && !this.#isKept) this.#tokens = undefined;
  }

  *parts(): Generator<Part> {
    if (this.#tokens !== undefined) yield rough(this.#tokens);
  }

  /** Of its encrypted text; its summary is for people. */
  #of(item: unknown): number {
    const { perCharacter, free } = this.#family.encrypted;
    const { length } = textField(item, 'encrypted_content');
    return Math.max(0, Math.round(perCharacter * (length - free)));
  }
}

/** What is put into a stored prompt: texts, images and files, by name. */
function* variableParts(variables: unknown, model: string): Generator<Part> {
  for (const name of keysOf(variables)) {
    const value = field(variables, name);
    if (typeof value === 'string') yield value;
    else yield* openaiMedia(value, model);
  }
}

/** An item without a type is a message. */
function* itemParts(item: unknown, reading: Reading): Generator<Part> {
  const { model, family, messages } = reading;
  switch (field(item, 'type')) {
    case undefined:
    case 'message':
      yield* messages.parts(textField(item, 'role'), field(item, 'content'));
      return;
    case 'function_call':
    case 'custom_tool_call':
      yield family.perCall;
      yield textField(item, 'name');
      yield textField(item, 'arguments') || textField(item, 'input');
      return;
    case 'function_call_output':
    case 'custom_tool_call_output':
      yield* messages.parts('tool', field(item, 'output'));
      return;
    case 'additional_tools':
      yield* addedFunctionParts(field(item, 'tools'));
      return;
    case 'computer_call_output':
      yield* openaiMedia(field(item, 'output'), model);
      return;
    case 'reasoning':
      return; // see `ReturnedReasoning`
    default:
      yield* otherItemParts(item, reading);
  }
}

/** The provider's own tools: how the model is shown what they did isn't published. */
function* otherItemParts(item: unknown, { fileTokens }: Reading): Generator<Part> {
  yield rough(0);
  for (const key of keysOf(item)) {
    if (NOT_SHOWN.includes(key)) continue;
    const value = field(item, key);
    if (typeof value === 'string') yield textPart(value, fileTokens);
    else if (typeof value === 'object' && value !== null) yield* jsonParts(value, fileTokens);
  }
}
