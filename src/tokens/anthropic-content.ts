import { elementsOf, field, isList, textField } from '../model/json.ts';
import { anthropicImageTokens } from './anthropic-images.ts';
import type { ClaudeFamily } from './claude-family.ts';
import { CLAUDE_DOCUMENTS, documentParts as fileParts } from './document-tokens.ts';
import { type FileTokens, jsonParts } from './json-parts.ts';
import { hidden, PAUSE, type Part, rough } from './part.ts';

/** What it takes to read one body. */
export interface AnthropicContext {
  readonly family: ClaudeFamily;
  readonly fileTokens: FileTokens;
  /** Whether a document was read that may be cited: what explains how is there once. */
  cites: boolean;
  /** Tools that were found by a search, or added: from then on the model sees them. */
  readonly found: Set<string>;
}

/** Results hold blocks, and blocks results: deeper than any API takes, nothing is counted. */
const MAX_DEPTH = 8;

/** Blocks that are shown to the model as their text. */
const TEXT_BLOCKS: readonly unknown[] = ['text', 'tool_result', 'mcp_tool_result', 'search_result'];
/** Where the results of the provider's own tools have their text. */
const TEXT_FIELDS = ['title', 'text', 'stdout', 'stderr'];

/** The content of a message, of the system prompt or of a result: a string, blocks or one block. */
export function* contentParts(
  content: unknown,
  reading: AnthropicContext,
  depth = 0,
): Generator<Part> {
  if (typeof content === 'string') yield content;
  else if (isList(content)) {
    if (depth >= MAX_DEPTH) return;
    for (const block of elementsOf(content)) yield* blockParts(block, reading, depth);
  } else if (typeof content === 'object' && content !== null && depth < MAX_DEPTH) {
    yield* blockParts(content, reading, depth);
  }
}

function* blockParts(block: unknown, reading: AnthropicContext, depth: number): Generator<Part> {
  switch (field(block, 'type')) {
    case 'image':
      yield imagePart(block, reading.family);
      return;
    case 'document':
      yield* documentParts(block, reading, depth);
      return;
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      yield reading.family.perCall;
      yield textField(block, 'name');
      yield* jsonParts(field(block, 'input'), reading.fileTokens);
      return;
    case 'tool_reference':
      reading.found.add(textField(block, 'tool_name'));
      return;
    case 'tool_addition':
      reading.found.add(textField(field(block, 'tool'), 'name'));
      return;
    case 'compaction':
      yield hidden(0); // what the server keeps of it isn't in the body
      yield* textParts(block, reading, depth);
      return;
    case 'thinking':
      if (reading.family.keepsThinking) yield textField(block, 'thinking');
      return;
    default:
      yield* textParts(block, reading, depth);
  }
}

/**
 * The text of a block, wherever it has it. How the results of the provider's own tools are shown to
 * the model isn't published, and some of what they hold is encrypted.
 */
function* textParts(block: unknown, reading: AnthropicContext, depth: number): Generator<Part> {
  yield TEXT_BLOCKS.includes(field(block, 'type')) ? PAUSE : rough(0);
  yield citationTokens(block, reading);
  for (const key of TEXT_FIELDS) {
    const text = textField(block, key);
    if (text !== '') yield text;
  }
  for (const line of elementsOf(field(block, 'lines'))) {
    yield typeof line === 'string' ? line : PAUSE;
  }
  yield* contentParts(field(block, 'content'), reading, depth + 1);
}

function imagePart(block: unknown, family: ClaudeFamily): Part {
  const tokens = anthropicImageTokens(block, family);
  const source = field(block, 'source');
  const isHere = textField(source, 'data') !== '' || textField(source, 'url').startsWith('data:');
  return isHere ? rough(tokens) : hidden(tokens);
}

/** What explains how to cite, where a block may be cited: once. */
function citationTokens(block: unknown, reading: AnthropicContext): number {
  if (field(field(block, 'citations'), 'enabled') !== true || reading.cites) return 0;
  reading.cites = true;
  return reading.family.citations;
}

/** A document's text where the request has it; else what its pages cost. */
function* documentParts(block: unknown, reading: AnthropicContext, depth: number): Generator<Part> {
  const source = field(block, 'source');
  yield textField(block, 'title');
  yield textField(block, 'context');
  yield citationTokens(block, reading);
  switch (field(source, 'type')) {
    case 'text':
      if (depth === 0) yield rough(CLAUDE_DOCUMENTS.around);
      yield textField(source, 'data');
      return;
    case 'content':
      yield* contentParts(field(source, 'content'), reading, depth + 1);
      return;
    default:
      yield* fileParts(
        {
          name: '',
          data: textField(source, 'data'),
          mediaType: textField(source, 'media_type') || 'application/pdf',
        },
        CLAUDE_DOCUMENTS,
      );
  }
}
