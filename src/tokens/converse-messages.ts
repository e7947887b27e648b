import { elementsOf, field, textField } from '../model/json.ts';
import { DOCUMENT_TOKENS } from './assumed-tokens.ts';
import { jsonParts } from './json-parts.ts';
import { PAUSE, type Part, rough } from './part.ts';

/** What an image costs at most, of Claude and Nova alike. */
const IMAGE_TOKENS = 1600;
/** Llama's and Mistral's, Titan's. */
const TEXTS: readonly string[] = ['prompt', 'inputText'];
/** What a message adds to its text: no more than that of the models whose counts are known. */
const PER_MESSAGE = 3;

/** What Bedrock's `converse` is charged for as input; and `invoke`, with the texts of its makers. */
export function* converseMessages(body: unknown): Generator<Part> {
  for (const name of TEXTS) yield textField(body, name);
  yield* blockParts(field(body, 'system'));
  for (const message of elementsOf(field(body, 'messages'))) {
    yield PER_MESSAGE;
    yield* blockParts(field(message, 'content'));
  }
  for (const tool of elementsOf(field(field(body, 'toolConfig'), 'tools'))) yield* jsonParts(tool);
}

function* blockParts(content: unknown): Generator<Part> {
  if (typeof content === 'string') yield content;
  for (const block of elementsOf(content)) {
    yield textField(block, 'text');
    if (field(block, 'image') !== undefined) yield rough(IMAGE_TOKENS);
    if (field(block, 'document') !== undefined) yield rough(DOCUMENT_TOKENS);
    yield* jsonParts(field(block, 'toolUse'));
    yield* resultParts(field(block, 'toolResult'));
    yield PAUSE;
  }
}

/** A tool's result: blocks of text, JSON or images. */
function* resultParts(result: unknown): Generator<Part> {
  for (const block of elementsOf(field(result, 'content'))) {
    yield textField(block, 'text');
    yield* jsonParts(field(block, 'json'));
    if (field(block, 'image') !== undefined) yield rough(IMAGE_TOKENS);
  }
}
