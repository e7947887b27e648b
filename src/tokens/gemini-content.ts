import { elementsOf, field, isList, textField } from '../model/json.ts';
import { fileTokensBy } from './file-tokens.ts';
import { jsonParts } from './json-parts.ts';
import { PAUSE, type Part, rough } from './part.ts';

/** An image, or a tile of a larger one (ai.google.dev, "Understand and count tokens", 2026). */
const IMAGE_TOKENS = 258;

/** A list of turns, with lists of parts. */
const DEEPEST = 4;

const fileTokens = fileTokensBy(() => IMAGE_TOKENS);

/**
 * What `generateContent`, `embedContent` and `predict` are charged for as input; and an interaction, of
 * whose turns before, which the server keeps, nothing is known.
 */
export function* geminiContent(body: unknown): Generator<Part> {
  yield* contentParts(field(body, 'systemInstruction'));
  for (const content of elementsOf(field(body, 'contents'))) yield* contentParts(content);
  yield* contentParts(field(body, 'content'));
  for (const request of elementsOf(field(body, 'requests'))) {
    yield* contentParts(field(request, 'content'));
  }
  for (const instance of elementsOf(field(body, 'instances'))) {
    yield textField(instance, 'content');
    yield textField(instance, 'prompt');
  }
  yield textField(body, 'system_instruction');
  yield* inputParts(field(body, 'input'));
  for (const tool of elementsOf(field(body, 'tools'))) yield* jsonParts(tool);
  yield* jsonParts(field(field(body, 'generationConfig'), 'responseSchema'));
}

/** Of an interaction: a text, a part, a turn or a step with parts, or a list of these. */
function* inputParts(input: unknown, depth = 0): Generator<Part> {
  const [text, data] = [field(input, 'text'), textField(input, 'data')];
  const content = isList(input) ? undefined : field(input, 'content');
  if (typeof input === 'string') yield input;
  else if (typeof text === 'string') yield text;
  else if (data !== '') yield rough(fileTokens(data) ?? IMAGE_TOKENS);
  else if (content !== undefined && depth < DEEPEST) yield* inputParts(content, depth + 1);
  else if (isList(input) && depth < DEEPEST) {
    for (const each of elementsOf(input)) yield* inputParts(each, depth + 1);
  } else yield* jsonParts(input, fileTokens);
}

function* contentParts(content: unknown): Generator<Part> {
  const parts = field(content, 'parts');
  if (!isList(parts)) return;
  for (const part of elementsOf(parts)) yield* partOf(part);
}

function* partOf(part: unknown): Generator<Part> {
  const data = textField(field(part, 'inlineData'), 'data');
  if (data !== '') yield rough(fileTokens(data) ?? IMAGE_TOKENS);
  else if (field(part, 'fileData') !== undefined) yield rough(IMAGE_TOKENS);
  yield textField(part, 'text');
  yield* jsonParts(field(part, 'functionCall'), fileTokens);
  yield* jsonParts(field(part, 'functionResponse'), fileTokens);
  yield PAUSE;
}
