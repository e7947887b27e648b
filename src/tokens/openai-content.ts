import { elementsOf, field, isList, lengthOf, textField } from '../model/json.ts';
import { DOCUMENT_TOKENS } from './assumed-tokens.ts';
import { audioTokens } from './audio-tokens.ts';
import { openaiImageTokens } from './openai-images.ts';
import { type Part, rough } from './part.ts';
import { slicesOf } from './text-slices.ts';

/**
 * The content of a message, for Chat Completions and Responses: a string or a list of parts.
 *
 * @param ending - text that comes after it
 */
export function* openaiContent(content: unknown, model: string, ending = ''): Generator<Part> {
  if (typeof content === 'string') yield* textParts(content, ending);
  if (!isList(content)) return;
  const last = lengthOf(content) - 1;
  let index = 0;
  for (const part of elementsOf(content)) {
    yield* contentParts(part, model, index === last ? ending : '');
    index += 1;
  }
  if (last < 0) yield ending;
}

function* contentParts(part: unknown, model: string, ending: string): Generator<Part> {
  const read = typeof part === 'string' ? part : openaiPart(part, model);
  if (typeof read === 'string') {
    yield* textParts(read, ending);
    return;
  }
  yield read;
  yield ending;
}

/** A text without an ending stays whole, so that it is recognized in the next call. */
function* textParts(text: string, ending: string): Generator<Part> {
  if (ending === '') yield text;
  else yield* slicesOf(text + ending);
}

/** One part of a content. What isn't known by its type, and has no text, costs nothing we could tell. */
export function openaiPart(part: unknown, model: string): Part {
  switch (field(part, 'type')) {
    case 'image_url':
    case 'input_image':
    case 'computer_screenshot':
      return rough(imageTokens(part, model));
    case 'input_audio':
      return rough(audioTokens(textField(field(part, 'input_audio'), 'data')));
    case 'file':
    case 'input_file':
      return rough(DOCUMENT_TOKENS);
    default:
      return textOf(part) ?? rough(0);
  }
}

function textOf(part: unknown): string | undefined {
  const text = field(part, 'text') ?? field(part, 'refusal');
  return typeof text === 'string' ? text : undefined;
}

/** Chat has `image_url: { url, detail }`, Responses `image_url` and `detail`. */
function imageTokens(part: unknown, model: string): number {
  const image = field(part, 'image_url');
  if (typeof image === 'string') return openaiImageTokens(model, image, textField(part, 'detail'));
  const detail = textField(image, 'detail') || textField(part, 'detail');
  return openaiImageTokens(model, textField(image, 'url'), detail);
}
