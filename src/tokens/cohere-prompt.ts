import { elementsOf, field, textField } from '../model/json.ts';
import type { ChatFamily } from './families/family.ts';
import { jsonParts } from './json-parts.ts';
import { openaiChat } from './openai-chat.ts';
import type { Part } from './part.ts';

/** Texts of the older API, and of what is to be embedded or ranked. */
const TEXTS: readonly string[] = ['message', 'preamble', 'prompt', 'query', 'text'];
const LISTS: readonly string[] = ['chat_history', 'documents', 'texts', 'inputs'];

/** What Cohere's endpoints are charged for as input. Its messages have the form of OpenAI's. */
export function* coherePrompt(body: unknown, model: string, family: ChatFamily): Generator<Part> {
  if (field(body, 'messages') !== undefined) yield* openaiChat(body, model, family);
  for (const name of TEXTS) yield textField(body, name);
  for (const name of LISTS) {
    for (const each of elementsOf(field(body, name))) {
      if (typeof each === 'string') yield each;
      else yield* jsonParts(each);
    }
  }
}
