import type { ChatFamily } from './chat-family.ts';
import { JsonWriter } from './json-writer.ts';
import { CALL_TOKENS } from './openai-chat.ts';
import { openaiContent } from './openai-content.ts';
import { functionParts, schemaParts } from './openai-tools.ts';
import { type Part, rough } from './part.ts';
import { elementsOf, field, textField } from './untrusted.ts';

/** Where a body refers to input that it doesn't have. */
const HELD_BY_SERVER = ['previous_response_id', 'conversation', 'prompt'];

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
  const instructions = textField(body, 'instructions');
  if (instructions) yield* message('system', instructions, model, family);
  const input = field(body, 'input');
  if (typeof input === 'string') yield* message('user', input, model, family);
  const json = new JsonWriter();
  for (const item of elementsOf(input)) yield* itemParts(item, model, family, json);
  if (HELD_BY_SERVER.some((key) => field(body, key) != null)) yield rough(0);
  yield family.reply;
  yield* functionParts(body, family);
  yield* schemaParts(field(field(body, 'text'), 'format'));
}

function* message(
  role: string,
  content: unknown,
  model: string,
  family: ChatFamily,
): Generator<Part> {
  yield family.perMessage;
  yield role;
  yield* openaiContent(content, model);
}

/** An item without a type is a message. The encrypted content of reasoning is no text. */
function* itemParts(
  item: unknown,
  model: string,
  family: ChatFamily,
  json: JsonWriter,
): Generator<Part> {
  switch (field(item, 'type')) {
    case 'function_call':
    case 'custom_tool_call':
      yield family.perMessage + CALL_TOKENS;
      yield textField(item, 'name');
      yield textField(item, 'arguments') || textField(item, 'input');
      return;
    case 'function_call_output':
    case 'custom_tool_call_output':
      yield* message('tool', field(item, 'output'), model, family);
      return;
    case 'reasoning':
      yield* openaiContent(field(item, 'summary'), model);
      yield rough(0);
      return;
    case undefined:
    case 'message':
      yield* message(textField(item, 'role'), field(item, 'content'), model, family);
      return;
    default:
      yield* json.write(field(item, 'output') ?? field(item, 'action') ?? '');
      yield rough(0);
  }
}
