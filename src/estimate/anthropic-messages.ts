import { anthropicImageTokens } from './anthropic-images.ts';
import { DOCUMENT_TOKENS } from './assumed-tokens.ts';
import type { ClaudeFamily } from './claude-family.ts';
import { JsonWriter } from './json-writer.ts';
import { type Part, rough } from './part.ts';
import { elementsOf, field, lengthOf, textField } from './untrusted.ts';

/** What a message after the first adds to its text (ai-tokenizer 1.0.6, fitted to the API). */
const PER_FURTHER_MESSAGE = 2;
/** Results hold blocks, and blocks results: deeper than any API takes, nothing is counted. */
const MAX_DEPTH = 8;

/** What it takes to read one body. */
interface Reading {
  readonly family: ClaudeFamily;
  readonly json: JsonWriter;
}

/** What `POST /v1/messages` is charged for as input. */
export function* anthropicMessages(body: unknown, family: ClaudeFamily): Generator<Part> {
  const reading = { family, json: new JsonWriter() };
  const messages = field(body, 'messages');
  yield family.frame + PER_FURTHER_MESSAGE * Math.max(0, lengthOf(messages) - 1);
  yield* contentParts(field(body, 'system'), reading, 0);
  for (const message of elementsOf(messages)) {
    yield* contentParts(field(message, 'content'), reading, 0);
  }
  yield* toolParts(body, reading);
}

function* contentParts(content: unknown, reading: Reading, depth: number): Generator<Part> {
  if (typeof content === 'string') yield content;
  if (depth >= MAX_DEPTH) return;
  for (const block of elementsOf(content)) yield* blockParts(block, reading, depth);
}

function* blockParts(block: unknown, reading: Reading, depth: number): Generator<Part> {
  switch (field(block, 'type')) {
    case 'image':
      yield rough(anthropicImageTokens(block, reading.family));
      return;
    case 'document':
      yield* documentParts(block, reading, depth);
      return;
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      yield textField(block, 'name');
      yield* reading.json.write(field(block, 'input'));
      return;
    case 'thinking':
      if (reading.family.keepsThinking) yield textField(block, 'thinking');
      return;
    default: // text, results of tools, search results; what is encrypted has no text
      yield textField(block, 'title');
      yield textField(block, 'text');
      yield* contentParts(field(block, 'content'), reading, depth + 1);
  }
}

/** A document's text where the request has it; else what one page costs. */
function* documentParts(block: unknown, reading: Reading, depth: number): Generator<Part> {
  const source = field(block, 'source');
  yield textField(block, 'title');
  yield textField(block, 'context');
  switch (field(source, 'type')) {
    case 'text':
      yield textField(source, 'data');
      return;
    case 'content':
      yield* contentParts(field(source, 'content'), reading, depth + 1);
      return;
    default:
      yield rough(DOCUMENT_TOKENS);
  }
}

/** The tools of a call, as JSON, and the system prompt that explains how to use them. */
function* toolParts(body: unknown, { family, json }: Reading): Generator<Part> {
  const tools = field(body, 'tools');
  if (lengthOf(tools) === 0) return;
  const choice = field(field(body, 'tool_choice'), 'type');
  yield choice === 'any' || choice === 'tool' ? family.forcedTools : family.tools;
  for (const tool of elementsOf(tools)) {
    yield textField(tool, 'name');
    yield textField(tool, 'description');
    const schema = field(tool, 'input_schema');
    if (schema !== undefined) yield* json.write(schema);
    else yield rough(0); // a tool of the provider's own, whose cost isn't published
  }
}
