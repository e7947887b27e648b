import type { PromptSize } from '../model/call.ts';
import { elementsOf, field, isList, lengthOf } from '../model/json.ts';
import { isEndpoint } from './request-path.ts';

/** A token that is given as a number counts as four characters. */
const CHARACTERS_PER_TOKEN = 4;
/** More parts than fit into any context window: the rest isn't counted. */
const MOST_PARTS = 100_000;
/** A list of texts, or of lists of tokens. */
const DEEPEST = 2;

const IMAGES: readonly unknown[] = ['image_url', 'input_image'];

/**
 * The size of a prompt as a server can tell it without a tokenizer. Never throws, and reads no text:
 * only its length.
 */
export function promptSize(path: string, body: unknown): PromptSize {
  const sum = new Sum();
  let messages = 0;
  for (const message of elementsOf(field(body, 'messages'))) {
    messages++;
    if (!sum.add(field(message, 'content'))) break;
  }
  for (const key of ['input', 'prompt']) sum.add(field(body, key));
  const { characters, images } = sum;
  const isResponses = isEndpoint(path, 'responses');
  return { characters, messages, images, isResponses, hasFunctions: hasFunctions(body) };
}

class Sum {
  characters = 0;
  images = 0;
  #parts = 0;

  /** Adds a content: a text, a part, tokens, or a list of these. `false` where it is too much. */
  add(content: unknown, depth = 0): boolean {
    if (++this.#parts > MOST_PARTS) return false;
    if (typeof content === 'string') this.characters += content.length;
    else if (isList(content)) return this.#addAll(content, depth);
    else if (IMAGES.includes(field(content, 'type'))) this.images++;
    else this.#addText(field(content, 'text') ?? field(content, 'refusal'));
    return true;
  }

  #addText(text: unknown): void {
    if (typeof text === 'string') this.characters += text.length;
  }

  #addAll(list: unknown, depth: number): boolean {
    if (typeof field(list, 0) === 'number') {
      this.characters += CHARACTERS_PER_TOKEN * lengthOf(list);
      return true;
    }
    if (depth === DEEPEST) return true;
    for (const each of elementsOf(list)) {
      if (!this.add(each, depth + 1)) return false;
    }
    return true;
  }
}

function hasFunctions(body: unknown): boolean {
  for (const tool of elementsOf(field(body, 'tools'))) {
    if (field(tool, 'type') === 'function') return true;
  }
  return false;
}
