import { elementsOf, field, lengthOf, textField } from '../model/json.ts';
import type { ChatFamily } from './families/family.ts';
import { OpenAIMessages, SYSTEM_ROLES } from './openai-messages.ts';
import { functionParts, hasFunctions, schemaParts } from './openai-tools.ts';
import { PAUSE, type Part, rough } from './part.ts';

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
  const first = field(field(body, 'messages'), 0);
  yield messages.start(SYSTEM_ROLES.includes(textField(first, 'role')));
  for (const message of elementsOf(field(body, 'messages'))) {
    yield* messageParts(message, messages, family);
  }
  yield family.reply + (asksReasoning(body) ? family.reasoning : 0);
  yield* functionParts(body, family);
  yield* schemaParts(field(body, 'response_format'), family);
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
  if (call !== undefined) yield* callParts(call, family);
  if (lengthOf(field(message, 'tool_calls')) > 1) yield family.parallel ?? 0;
  for (const each of elementsOf(field(message, 'tool_calls'))) {
    yield* callParts(field(each, 'function') ?? field(each, 'custom'), family);
  }
}

/** Whether a model is asked to think, where it doesn't by itself. */
function asksReasoning(body: unknown): boolean {
  const reasoning = field(body, 'reasoning');
  const effort = field(reasoning, 'effort') ?? field(body, 'reasoning_effort');
  return (effort !== undefined && effort !== 'none') || field(reasoning, 'enabled') === true;
}

function* callParts(call: unknown, { perCall }: ChatFamily): Generator<Part> {
  const isCall = typeof call === 'object' && call !== null;
  yield isCall ? perCall : PAUSE;
  yield textField(call, 'name');
  yield textField(call, 'arguments') || textField(call, 'input');
}
