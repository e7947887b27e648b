import { elementsOf, field, textField } from '../model/json.ts';
import type { ChatFamily } from './families/family.ts';
import { jsonParts } from './json-parts.ts';
import { openaiChat } from './openai-chat.ts';
import type { Part } from './part.ts';

/**
 * The input of one turn of Mistral's conversations, counted as the chat that it is. The turns before,
 * which the server keeps, aren't known.
 */
export function* mistralConversation(
  body: unknown,
  model: string,
  family: ChatFamily,
): Generator<Part> {
  const inputs = field(body, 'inputs');
  const entries = typeof inputs === 'string' ? [{ content: inputs }] : [...elementsOf(inputs)];
  const messages = entries
    .filter((entry) => field(entry, 'content') !== undefined)
    .map((entry) => ({
      role: textField(entry, 'role') || 'user',
      content: field(entry, 'content'),
    }));
  const instructions = textField(body, 'instructions');
  const system = instructions === '' ? [] : [{ role: 'system', content: instructions }];
  yield* openaiChat(
    { messages: [...system, ...messages], tools: field(body, 'tools') },
    model,
    family,
  );
  // Results of functions, and the like.
  for (const entry of entries) {
    if (field(entry, 'content') === undefined) yield* jsonParts(entry);
  }
}
