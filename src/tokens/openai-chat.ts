import { elementsOf, field, textField } from '../model/json.ts';
import type { ChatFamily } from './chat-family.ts';
import { OpenAIMessages } from './openai-messages.ts';
import { functionParts, hasFunctions, schemaParts } from './openai-tools.ts';
import { PAUSE, type Part, rough } from './part.ts';

/** A function call in a message takes these, and the tokens of the name and of the arguments. */
export const CALL_TOKENS = 3;
/** The message with a function's result is two shorter than others. */
const FUNCTION_ROLE_DISCOUNT = -2;

/**
 * What `POST /chat/completions` is charged for as input: the published formula for messages, and
 * for functions the text that the model reads.
 *
 * @see https://github.com/openai/openai-cookbook How_to_count_tokens_with_tiktoken.ipynb (c81359c)
 * @see https://github.com/hmarr/openai-chat-tokens (MIT), validated against the API
 */
export function* openaiChat(body: unknown, model: string, family: ChatFamily): Generator<Part> {
  const messages = new OpenAIMessages(model, family, hasFunctions(body));
  for (const message of elementsOf(field(body, 'messages'))) {
    yield* messageParts(message, messages, family);
  }
  yield family.reply;
  yield* functionParts(body, family);
  yield* schemaParts(field(body, 'response_format'));
  // What a prediction costs, where it doesn't come true, counts as output.
  if (field(body, 'prediction') != null) yield rough(0);
}

function* messageParts(
  message: unknown,
  messages: OpenAIMessages,
  family: ChatFamily,
): Generator<Part> {
  const role = textField(message, 'role');
  yield* messages.parts(role, field(message, 'content'));
  if (role === 'function') yield FUNCTION_ROLE_DISCOUNT;
  const name = textField(message, 'name');
  if (name) {
    yield family.perName;
    yield name;
  }
  const call = field(message, 'function_call');
  if (call !== undefined) yield* callParts(call);
  for (const each of elementsOf(field(message, 'tool_calls'))) {
    yield* callParts(field(each, 'function') ?? field(each, 'custom'));
  }
}

function* callParts(call: unknown): Generator<Part> {
  const isCall = typeof call === 'object' && call !== null;
  yield isCall ? CALL_TOKENS : PAUSE;
  yield textField(call, 'name');
  yield textField(call, 'arguments') || textField(call, 'input');
}
