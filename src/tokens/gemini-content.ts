import { elementsOf, field, isList, textField } from '../model/json.ts';
import { digitTokens } from './digit-tokens.ts';
import { eitherField } from './either-field.ts';
import { fileTokensBy } from './file-tokens.ts';
import type { GeminiFamily } from './gemini-family.ts';
import { geminiMedia } from './gemini-media.ts';
import { geminiTool } from './gemini-tools.ts';
import { imageSize } from './image-size.ts';
import { type FileTokens, jsonParts } from './json-parts.ts';
import { hidden, PAUSE, type Part, rough } from './part.ts';

/** A list of turns, with lists of parts. */
const DEEPEST = 4;
/** Of the JSON of calls and results, about the words are counted (recorded usage, 2025 and 2026). */
const JSON_TIMES = 0.85;

/** What it takes to read one body. */
interface Reading {
  readonly family: GeminiFamily;
  readonly fileTokens: FileTokens;
  /** Signatures since the user last said something: only those are read. */
  signatureTokens: number;
}

/**
 * What `generateContent`, `embedContent` and `predict` are charged for as input; and an interaction, of
 * whose turns before, which the server keeps, nothing is known. A schema of the reply costs nothing.
 */
export function* geminiContent(body: unknown, family: GeminiFamily): Generator<Part> {
  const fileTokens = fileTokensBy((bytes) => family.imageTokens(imageSize(bytes)));
  const reading = { family, fileTokens, signatureTokens: 0 };
  const system = eitherField(body, 'systemInstruction');
  yield* typeof system === 'string' ? textParts(system) : partsIn(system, reading);
  for (const content of oneOrMore(field(body, 'contents'))) {
    yield content === undefined ? PAUSE : family.perContent;
    yield* typeof content === 'string' ? textParts(content) : partsIn(content, reading);
  }
  if (reading.signatureTokens > 0) yield rough(reading.signatureTokens);
  if (eitherField(body, 'cachedContent') !== undefined) yield hidden(0);
  yield* partsIn(field(body, 'content'), reading);
  for (const request of elementsOf(field(body, 'requests'))) {
    yield* partsIn(field(request, 'content'), reading);
  }
  for (const instance of elementsOf(field(body, 'instances'))) {
    yield textField(instance, 'content');
    yield textField(instance, 'prompt');
  }
  yield* inputParts(field(body, 'input'), reading);
  for (const tool of oneOrMore(field(body, 'tools'))) yield* geminiTool(tool, family);
}

/** Of an interaction: a text, a part, a turn or a step with parts, or a list of these. */
function* inputParts(input: unknown, reading: Reading, depth = 0): Generator<Part> {
  const [text, data] = [field(input, 'text'), textField(input, 'data')];
  const content = isList(input) ? undefined : field(input, 'content');
  if (typeof input === 'string') yield* textParts(input);
  else if (typeof text === 'string') yield* textParts(text);
  else if (data !== '') yield* geminiMedia({ inlineData: input }, reading.family);
  else if (content !== undefined && depth < DEEPEST) yield* inputParts(content, reading, depth + 1);
  else if (isList(input) && depth < DEEPEST) {
    for (const each of elementsOf(input)) yield* inputParts(each, reading, depth + 1);
  } else yield* jsonParts(input, reading.fileTokens);
}

/** The parts of a content: a list, or one. */
function* partsIn(content: unknown, reading: Reading): Generator<Part> {
  const isOfUser = field(content, 'role') === 'user';
  for (const part of oneOrMore(field(content, 'parts'))) {
    const result = eitherField(part, 'functionResponse');
    if (isOfUser && result === undefined) reading.signatureTokens = 0;
    yield* partOf(part, reading);
  }
}

function oneOrMore(value: unknown): Iterable<unknown> {
  return isList(value) ? elementsOf(value) : [value];
}

function* partOf(part: unknown, reading: Reading): Generator<Part> {
  yield* geminiMedia(part, reading.family);
  yield* textParts(textField(part, 'text'));
  yield* callParts(eitherField(part, 'functionCall'), 'args', reading);
  const result = eitherField(part, 'functionResponse');
  yield* callParts(result, 'response', reading);
  for (const each of elementsOf(field(result, 'parts'))) yield* geminiMedia(each, reading.family);
  yield* jsonParts(eitherField(part, 'executableCode'));
  yield* jsonParts(eitherField(part, 'codeExecutionResult'));
  reading.signatureTokens += signatureTokens(part, reading.family);
  yield PAUSE;
}

/** A call of a function, or its result. */
function* callParts(call: unknown, content: string, reading: Reading): Generator<Part> {
  if (call === undefined) return;
  yield reading.family.perCall;
  yield textField(call, 'name');
  yield* jsonParts(field(call, content), reading.fileTokens, { times: JSON_TIMES });
}

function signatureTokens(part: unknown, { signature }: GeminiFamily): number {
  const sent = eitherField(part, 'thoughtSignature');
  const length = typeof sent === 'string' ? sent.length : 0;
  return Math.round(signature.perCharacter * Math.max(0, length - signature.free));
}

/** A text, each of whose digits is a token. */
function* textParts(text: string): Generator<Part> {
  yield text;
  yield* digitTokens(text);
}
