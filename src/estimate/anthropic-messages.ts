import { anthropicImageTokens } from './anthropic-images.ts';
import { DOCUMENT_TOKENS } from './assumed-tokens.ts';
import type { ClaudeFamily } from './claude-family.ts';
import { jsonText } from './json-text.ts';
import type { Part } from './part.ts';
import { elementsOf, field, lengthOf, textField } from './untrusted.ts';

/** What a message after the first adds to its text (ai-tokenizer 1.0.6, fitted to the API). */
const PER_FURTHER_MESSAGE = 2;
/** Results hold blocks, and blocks results: deeper than any API takes, nothing is counted. */
const MAX_DEPTH = 8;

/** What `POST /v1/messages` is charged for as input. */
export function* anthropicMessages(body: unknown, family: ClaudeFamily): Generator<Part> {
  const messages = field(body, 'messages');
  yield family.frame + PER_FURTHER_MESSAGE * Math.max(0, lengthOf(messages) - 1);
  yield* contentParts(field(body, 'system'), family, 0);
  for (const message of elementsOf(messages)) {
    yield* contentParts(field(message, 'content'), family, 0);
  }
  yield* toolParts(body, family);
}

function* contentParts(content: unknown, family: ClaudeFamily, depth: number): Generator<Part> {
  if (typeof content === 'string') yield content;
  if (depth >= MAX_DEPTH) return;
  for (const block of elementsOf(content)) yield* blockParts(block, family, depth);
}

function* blockParts(block: unknown, family: ClaudeFamily, depth: number): Generator<Part> {
  switch (field(block, 'type')) {
    case 'image':
      yield anthropicImageTokens(block, family);
      return;
    case 'document':
      yield* documentParts(block, family, depth);
      return;
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      yield textField(block, 'name');
      yield jsonText(field(block, 'input'));
      return;
    case 'thinking':
      if (family.keepsThinking) yield textField(block, 'thinking');
      return;
    default: // text, results of tools, search results; what is encrypted has no text
      yield textField(block, 'title');
      yield textField(block, 'text');
      yield* contentParts(field(block, 'content'), family, depth + 1);
  }
}

/** A document's text where the request has it; else what one page costs. */
function* documentParts(block: unknown, family: ClaudeFamily, depth: number): Generator<Part> {
  const source = field(block, 'source');
  yield textField(block, 'title');
  yield textField(block, 'context');
  switch (field(source, 'type')) {
    case 'text':
      yield textField(source, 'data');
      return;
    case 'content':
      yield* contentParts(field(source, 'content'), family, depth + 1);
      return;
    default:
      yield DOCUMENT_TOKENS;
  }
}

/** The tools of a call, as JSON, and the system prompt that explains how to use them. */
function* toolParts(body: unknown, family: ClaudeFamily): Generator<Part> {
  const tools = field(body, 'tools');
  if (lengthOf(tools) === 0) return;
  const choice = field(field(body, 'tool_choice'), 'type');
  yield choice === 'any' || choice === 'tool' ? family.forcedTools : family.tools;
  for (const tool of elementsOf(tools)) {
    yield textField(tool, 'name');
    yield textField(tool, 'description');
    const schema = field(tool, 'input_schema');
    if (schema !== undefined) yield jsonText(schema);
  }
}
