import { elementsOf, field, keysOf, lengthOf, textField } from '../model/json.ts';
import { digitTokens } from './digit-tokens.ts';
import { eitherField } from './either-field.ts';
import type { GeminiFamily } from './gemini-family.ts';
import { hidden, PAUSE, type Part } from './part.ts';

/** What Google's own tools find, in the median of recorded usage (2025 and 2026). */
const TYPICAL: readonly (readonly [name: string, tokens: number])[] = [
  ['googleSearch', 120],
  ['urlContext', 1450],
  ['codeExecution', 600],
  ['fileSearch', 600],
];

/** Deeper schemas are cut: no API takes them. */
const MAX_DEPTH = 32;
/** Where a schema has others: by name, in a list, or alone. */
const NAMED: readonly string[] = ['properties', '$defs', 'definitions'];
const LISTED: readonly string[] = ['anyOf', 'oneOf', 'allOf', 'prefixItems', 'any_of'];

/** A tool of a call: of functions, the words and what is around them. */
export function* geminiTool(tool: unknown, family: GeminiFamily): Generator<Part> {
  for (const each of elementsOf(eitherField(tool, 'functionDeclarations'))) {
    yield family.perTool;
    yield* wordsOf(textField(each, 'name'), textField(each, 'description'));
    const schema = field(each, 'parameters') ?? eitherField(each, 'parametersJsonSchema');
    yield* schemaWords(schema, family);
    yield* schemaWords(field(each, 'response') ?? eitherField(each, 'responseJsonSchema'), family);
  }
  for (const [name, tokens] of TYPICAL) {
    if (eitherField(tool, name) !== undefined) yield hidden(tokens);
  }
}

/** The words of a schema: names, descriptions and values. */
function* schemaWords(schema: unknown, family: GeminiFamily, depth = 0): Generator<Part> {
  if (depth > MAX_DEPTH || typeof schema !== 'object' || schema === null) return;
  for (const key of NAMED) {
    const schemas = field(schema, key);
    for (const name of keysOf(schemas)) {
      const each = field(schemas, name);
      yield family.perProperty + formTokens(each, family);
      yield* wordsOf(name, textField(each, 'description'));
      yield* schemaWords(each, family, depth + 1);
    }
  }
  for (const value of elementsOf(field(schema, 'enum'))) {
    yield family.perValue;
    yield typeof value === 'string' ? value : PAUSE;
  }
  for (const key of LISTED) {
    for (const each of elementsOf(field(schema, key))) yield* schemaWords(each, family, depth + 1);
  }
  yield* schemaWords(field(schema, 'items'), family, depth + 1);
}

/** What a property costs for what it is. */
function formTokens(schema: unknown, { perObject, perList, perChoice }: GeminiFamily): number {
  const hasOwn = keysOf(field(schema, 'properties')).length > 0;
  const isList = field(schema, 'items') !== undefined;
  const isChoice = lengthOf(field(schema, 'enum')) > 0;
  return (hasOwn ? perObject : 0) + (isList ? perList : 0) + (isChoice ? perChoice : 0);
}

function* wordsOf(...texts: readonly string[]): Generator<Part> {
  for (const text of texts) {
    yield text;
    yield* digitTokens(text);
  }
}
