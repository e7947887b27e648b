import { elementsOf, field, lengthOf, textField } from '../model/json.ts';
import { contentParts } from './anthropic-content.ts';
import { anthropicImageBytesTokens } from './anthropic-images.ts';
import type { ClaudeFamily } from './claude-family.ts';
import { fileTokensBy } from './file-tokens.ts';
import { jsonParts } from './json-parts.ts';
import { type Part, rough } from './part.ts';

/** What a message after the first adds to its text (ai-tokenizer 1.0.6, fitted to the API). */
const PER_FURTHER_MESSAGE = 2;

/** What `POST /v1/messages` is charged for as input. */
export function* anthropicMessages(body: unknown, family: ClaudeFamily): Generator<Part> {
  const fileTokens = fileTokensBy((bytes) => anthropicImageBytesTokens(bytes, family));
  const reading = { family, fileTokens };
  const messages = field(body, 'messages');
  yield family.frame + PER_FURTHER_MESSAGE * Math.max(0, lengthOf(messages) - 1);
  yield* contentParts(field(body, 'system'), reading);
  for (const message of elementsOf(messages)) {
    yield* contentParts(field(message, 'content'), reading);
  }
  yield* toolParts(body, family);
  yield* formatParts(body);
}

/** What `POST /v1/complete`, which came before, is charged for: a prompt that frames itself. */
export function* anthropicCompletion(body: unknown): Generator<Part> {
  yield textField(body, 'prompt');
}

/** The tools of a call, as JSON, and the system prompt that explains how to use them. */
function* toolParts(body: unknown, family: ClaudeFamily): Generator<Part> {
  if (lengthOf(field(body, 'mcp_servers')) > 0) yield rough(0); // the tools are theirs
  const tools = field(body, 'tools');
  if (lengthOf(tools) === 0) return;
  const choice = field(field(body, 'tool_choice'), 'type');
  yield choice === 'any' || choice === 'tool' ? family.forcedTools : family.tools;
  for (const tool of elementsOf(tools)) {
    yield textField(tool, 'name');
    yield textField(tool, 'description');
    const schema = field(tool, 'input_schema');
    if (schema === undefined)
      yield rough(0); // of the provider's own, at a cost that isn't published
    else yield* jsonParts(schema);
    yield* jsonParts(field(tool, 'input_examples'));
  }
}

/** The JSON schema that a reply must follow. The text around it isn't published. */
function* formatParts(body: unknown): Generator<Part> {
  const format = field(field(body, 'output_config'), 'format') ?? field(body, 'output_format');
  if (field(format, 'type') !== 'json_schema') return;
  yield rough(0);
  yield* jsonParts(field(format, 'schema'));
}
