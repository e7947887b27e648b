import { elementsOf, field, isList, lengthOf, textField } from '../model/json.ts';
import { audioSeconds, audioTokens } from './audio-tokens.ts';
import { Base64Bytes } from './base64-bytes.ts';
import { chatFamily } from './chat-family.ts';
import { chatImageTokens } from './chat-images.ts';
import {
  CHAT_DOCUMENTS,
  type DocumentFile,
  documentParts,
  MISTRAL_DOCUMENTS,
  RESPONSES_DOCUMENTS,
} from './document-tokens.ts';
import { hidden, type Part, rough } from './part.ts';
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
  const text = typeof part === 'string' ? part : textOf(part);
  if (text !== undefined) {
    yield* textParts(text, ending);
    return;
  }
  yield* openaiMedia(part, model);
  yield ending;
}

/** A text without an ending stays whole, so that it is recognized in the next call. */
function* textParts(text: string, ending: string): Generator<Part> {
  if (ending === '') yield text;
  else yield* slicesOf(text + ending);
}

/** One part of a content. What isn't known by its type, and has no text, costs nothing we could tell. */
export function* openaiMedia(part: unknown, model: string): Generator<Part> {
  switch (field(part, 'type')) {
    case 'image_url':
    case 'input_image':
    case 'computer_screenshot':
      yield imagePart(part, model);
      return;
    case 'input_audio':
      yield rough(heardTokens(field(part, 'input_audio'), model));
      return;
    case 'file':
      yield* documentParts(fileOf(part), chatFamily(model).documents ?? CHAT_DOCUMENTS);
      return;
    case 'input_file':
      yield* documentParts(fileOf(part), RESPONSES_DOCUMENTS);
      return;
    case 'document_url':
      yield* documentParts(fileOf(part), MISTRAL_DOCUMENTS);
      return;
    case 'thinking': // Mistral's
      yield* openaiContent(field(part, 'thinking'), model);
      return;
    default:
      yield textOf(part) ?? rough(0);
  }
}

/** The begin and the end of a sound (gpt-audio, recorded 2026). */
const SOUND_ENDS = 3;

/** Mistral takes the data itself, or where it is. */
function heardTokens(audio: unknown, model: string): number {
  const data = typeof audio === 'string' ? audio : textField(audio, 'data');
  const { heard } = chatFamily(model);
  if (heard === undefined) return SOUND_ENDS + audioTokens(data);
  const seconds = data.startsWith('http') ? 0 : audioSeconds(data, new Base64Bytes(data, 0));
  return heard.tokens * Math.max(1, Math.ceil(seconds / heard.seconds));
}

function textOf(part: unknown): string | undefined {
  const text = field(part, 'text') ?? field(part, 'refusal');
  return typeof text === 'string' ? text : undefined;
}

/** Chat has `file: { file_data, filename }`, Responses both in the part itself. */
function fileOf(part: unknown): DocumentFile {
  const holder = field(part, 'file') ?? part;
  const data = textField(holder, 'file_data') || textField(holder, 'document_url');
  return { name: textField(holder, 'filename'), data };
}

/** Chat has `image_url: { url, detail }`, Responses `image_url` and `detail`. */
function imagePart(part: unknown, model: string): Part {
  const image = field(part, 'image_url');
  const url = typeof image === 'string' ? image : textField(image, 'url');
  const detail = textField(image, 'detail') || textField(part, 'detail');
  const tokens = chatImageTokens(model, url, detail);
  return url.startsWith('data:') ? rough(tokens) : hidden(tokens);
}
