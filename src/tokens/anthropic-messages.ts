import { elementsOf, field, lengthOf, textField } from '../model/json.ts';
import { type AnthropicContext, contentParts } from './anthropic-content.ts';
import { anthropicImageBytesTokens } from './anthropic-images.ts';
import type { ClaudeFamily } from './claude-family.ts';
import { MCP_SERVER_TOKENS, serverToolTokens } from './families/server-tools.ts';
import { fileTokensBy } from './file-tokens.ts';
import { jsonParts } from './json-parts.ts';
import { hidden, type Part } from './part.ts';

/** What tells a model how much of its budget is left (recorded usage, 2026). */
const TASK_BUDGET = 33;

/** What `POST /v1/messages` is charged for as input. */
export function* anthropicMessages(body: unknown, family: ClaudeFamily): Generator<Part> {
  const fileTokens = fileTokensBy((bytes) => anthropicImageBytesTokens(bytes, family));
  const reading = { family, fileTokens, cites: false, found: new Set<string>() };
  const messages = field(body, 'messages');
  const last = field(messages, lengthOf(messages) - 1);
  // A reply that is begun by the last message is framed by the one before.
  const framed = lengthOf(messages) - (field(last, 'role') === 'assistant' ? 2 : 1);
  yield family.frame + family.perMessage * Math.max(0, framed);
  yield thinkingTokens(body, family);
  if (field(field(body, 'output_config'), 'task_budget') != null) yield TASK_BUDGET;
  yield* contentParts(field(body, 'system'), reading);
  for (const message of elementsOf(messages)) {
    yield* contentParts(field(message, 'content'), reading);
  }
  yield* toolParts(body, reading);
  yield* formatParts(body, family);
}

/** What `POST /v1/complete`, which came before, is charged for: a prompt that frames itself. */
export function* anthropicCompletion(body: unknown): Generator<Part> {
  yield textField(body, 'prompt');
}

/** What a model is told when it is asked to think. */
function thinkingTokens(body: unknown, family: ClaudeFamily): number {
  const type = field(field(body, 'thinking'), 'type');
  if (type === 'adaptive') return family.adaptiveThinking;
  return type === 'enabled' ? family.thinking : 0;
}

/** The tools of a call, as JSON, and the system prompt that explains how to use them. */
function* toolParts(body: unknown, { family, found }: AnthropicContext): Generator<Part> {
  for (const _server of elementsOf(field(body, 'mcp_servers'))) yield hidden(MCP_SERVER_TOKENS);
  const tools = field(body, 'tools');
  if (lengthOf(tools) === 0) return;
  const choice = field(field(body, 'tool_choice'), 'type');
  yield choice === 'any' || choice === 'tool' ? family.forcedTools : family.tools;
  for (const tool of elementsOf(tools)) {
    // Not shown before a search finds it.
    if (field(tool, 'defer_loading') === true && !found.has(textField(tool, 'name'))) continue;
    const schema = field(tool, 'input_schema');
    if (schema === undefined) yield hidden(serverToolTokens(field(tool, 'type')));
    yield family.perTool;
    yield textField(tool, 'name');
    yield textField(tool, 'description');
    yield* jsonParts(schema, undefined, { times: family.jsonTimes });
    yield* jsonParts(field(tool, 'input_examples'), undefined, { times: family.jsonTimes });
  }
}

/** The JSON schema that a reply must follow, and the text around it. */
function* formatParts(
  body: unknown,
  { format: around, schemaTimes }: ClaudeFamily,
): Generator<Part> {
  const format = field(field(body, 'output_config'), 'format') ?? field(body, 'output_format');
  if (field(format, 'type') !== 'json_schema') return;
  yield around ?? 0;
  yield* jsonParts(field(format, 'schema'), undefined, { times: schemaTimes });
}
