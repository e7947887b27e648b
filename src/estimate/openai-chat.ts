import type { ChatFamily } from './chat-family.ts';
import { openaiContent } from './openai-content.ts';
import { functionParts, hasFunctions, schemaParts } from './openai-tools.ts';
import type { Part } from './part.ts';
import { elementsOf, field, textField } from './untrusted.ts';

/** A function call in a message takes these, and the tokens of the name and of the arguments. */
export const CALL_TOKENS = 3;
/** The message with a function's result is two shorter than others. */
const FUNCTION_ROLE_DISCOUNT = -2;
/** With functions, a system message is joined to their definitions. */
const SYSTEM_DISCOUNT = -4;

/**
 * What `POST /chat/completions` is charged for as input: the published formula for messages, and
 * for functions the text that the model reads.
 *
 * @see https://github.com/openai/openai-cookbook How_to_count_tokens_with_tiktoken.ipynb (c81359c)
 * @see https://github.com/hmarr/openai-chat-tokens (MIT), validated against the API
 */
export function* openaiChat(body: unknown, model: string, family: ChatFamily): Generator<Part> {
  let joinsSystem = hasFunctions(body);
  for (const message of elementsOf(field(body, 'messages'))) {
    const isFirstSystem = joinsSystem && field(message, 'role') === 'system';
    if (isFirstSystem) {
      joinsSystem = false;
      yield SYSTEM_DISCOUNT;
    }
    yield* messageParts(message, model, family, isFirstSystem);
  }
  yield family.reply;
  yield* functionParts(body, family);
  yield* schemaParts(field(body, 'response_format'));
}

function* messageParts(
  message: unknown,
  model: string,
  family: ChatFamily,
  endsLine: boolean,
): Generator<Part> {
  yield family.perMessage;
  const role = textField(message, 'role');
  yield role;
  if (role === 'function') yield FUNCTION_ROLE_DISCOUNT;
  const content = field(message, 'content');
  yield* openaiContent(endsLine && typeof content === 'string' ? `${content}\n` : content, model);
  const name = textField(message, 'name');
  if (name) {
    yield family.perName;
    yield name;
  }
  yield* callParts(field(message, 'function_call'));
  for (const call of elementsOf(field(message, 'tool_calls'))) {
    yield* callParts(field(call, 'function') ?? field(call, 'custom'));
  }
}

function* callParts(call: unknown): Generator<Part> {
  if (typeof call !== 'object' || call === null) return;
  yield CALL_TOKENS;
  yield textField(call, 'name');
  yield textField(call, 'arguments') || textField(call, 'input');
}
