import { elementsOf, field, isList, textField } from '../model/json.ts';
import { fileTokensBy } from './file-tokens.ts';
import { jsonParts } from './json-parts.ts';
import { PAUSE, type Part, rough } from './part.ts';

/** An image, or a tile of a larger one (ai.google.dev, "Understand and count tokens", 2026). */
const IMAGE_TOKENS = 258;

const fileTokens = fileTokensBy(() => IMAGE_TOKENS);

/** What `generateContent` and `embedContent` are charged for as input. */
export function* geminiContent(body: unknown): Generator<Part> {
  yield* contentParts(field(body, 'systemInstruction'));
  for (const content of elementsOf(field(body, 'contents'))) yield* contentParts(content);
  yield* contentParts(field(body, 'content'));
  for (const request of elementsOf(field(body, 'requests'))) {
    yield* contentParts(field(request, 'content'));
  }
  for (const tool of elementsOf(field(body, 'tools'))) yield* jsonParts(tool);
  yield* jsonParts(field(field(body, 'generationConfig'), 'responseSchema'));
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
