import { elementsOf, field, isList, lengthOf, textField } from '../model/json.ts';
import { FRAMED_EMBEDDINGS } from './families/mistral.ts';
import { openaiMedia } from './openai-content.ts';
import { openaiImageTokens } from './openai-images.ts';
import { type Part, rough } from './part.ts';

/** The begin and the end of an embedded text. */
const FRAME = 2;

/**
 * A prompt, or what is to be embedded or moderated: a string, a list of strings, the tokens
 * themselves, a list of lists of tokens, or a list of parts. Voyage has lists of lists of strings, and
 * lists of parts in `content`, of whose pictures nothing is counted.
 */
export function* openaiPrompt(prompt: unknown, model: string): Generator<Part> {
  if (FRAMED_EMBEDDINGS.test(model)) yield FRAME * (isList(prompt) ? lengthOf(prompt) : 1);
  if (typeof prompt === 'string') yield prompt;
  else if (typeof field(prompt, 0) === 'number') yield lengthOf(prompt);
  else for (const element of elementsOf(prompt)) yield* elementParts(element, model);
}

function* elementParts(element: unknown, model: string): Generator<Part> {
  if (typeof element === 'string') yield element;
  else if (typeof field(element, 0) === 'string') yield* textsIn(element);
  else if (isList(element)) yield lengthOf(element);
  else if (field(element, 'content') === undefined) yield* openaiMedia(element, model);
  else for (const part of elementsOf(field(element, 'content'))) yield textField(part, 'text');
}

function* textsIn(list: unknown): Generator<Part> {
  for (const each of elementsOf(list)) if (typeof each === 'string') yield each;
}

/** What is to be read aloud, and how. */
export function* openaiSpeech(body: unknown): Generator<Part> {
  yield textField(body, 'input');
  yield textField(body, 'instructions');
}

/** What an image is made of: a prompt, and images, whose size isn't known if they are files. */
export function* openaiImages(body: unknown, model: string): Generator<Part> {
  yield textField(body, 'prompt');
  for (const key of ['image', 'images']) {
    const images = field(body, key);
    if (isList(images)) {
      for (const image of elementsOf(images)) yield imagePart(image, model);
    } else if (images != null) yield imagePart(images, model);
  }
}

function imagePart(image: unknown, model: string): Part {
  const url = typeof image === 'string' ? image : textField(image, 'image_url');
  return rough(openaiImageTokens(model, url, ''));
}
