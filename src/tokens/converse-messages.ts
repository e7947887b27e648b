import { elementsOf, field, keysOf, parseJson, textField } from '../model/json.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { claudeFamily } from './claude-family.ts';
import { asChat } from './converse-chat.ts';
import type { ChatFamily } from './families/family.ts';
import { openaiChat } from './openai-chat.ts';
import { type Part, rough } from './part.ts';

/** Llama's and Mistral's, Titan's. */
const TEXTS: readonly string[] = ['prompt', 'inputText'];
const FILM_TOKENS = 2400;
const MOST_AROUND_TOOLS = 60;

/**
 * What Bedrock's `converse` is charged for as input, and `invoke`, with the bodies of its makers:
 * what the same messages cost at the model's maker.
 */
export function* converseMessages(
  body: unknown,
  model: string,
  family: ChatFamily,
): Generator<Part> {
  for (const name of TEXTS) yield textField(body, name);
  if (model.includes('claude')) yield* anthropicMessages(asClaude(body), claudeFamily(model));
  else if (field(body, 'messages') !== undefined) {
    yield* openaiChat(asChat(body), model, hostedFamily(model, family));
  }
  for (const message of elementsOf(field(body, 'messages'))) {
    for (const block of elementsOf(field(message, 'content'))) {
      if (field(block, 'video') !== undefined) yield rough(FILM_TOKENS);
    }
  }
}

/** Bedrock tells models of others how to call tools in fewer words (recorded usage, 2026). */
function hostedFamily(model: string, family: ChatFamily): ChatFamily {
  const around = Math.min(MOST_AROUND_TOOLS, family.tools.around);
  return model.startsWith('nova') ? family : { ...family, tools: { ...family.tools, around } };
}

/** The body as Anthropic's API would have it; one of `invoke` is one already. */
function asClaude(body: unknown): object {
  const choice = field(field(body, 'toolConfig'), 'toolChoice');
  const tools = [...elementsOf(field(field(body, 'toolConfig'), 'tools'))].flatMap(claudeTool);
  const more = field(body, 'additionalModelRequestFields');
  return {
    system: blocksOf(field(body, 'system')),
    messages: [...elementsOf(field(body, 'messages'))].map((message) => ({
      role: field(message, 'role'),
      content: blocksOf(field(message, 'content')),
    })),
    tools: tools.length > 0 ? tools : field(body, 'tools'),
    tool_choice: choice === undefined ? field(body, 'tool_choice') : { type: keysOf(choice)[0] },
    thinking: field(more, 'thinking') ?? field(body, 'thinking'),
    output_config: formatOf(body) ?? field(body, 'output_config'),
  };
}

function claudeTool(tool: unknown): object[] {
  const spec = field(tool, 'toolSpec');
  if (spec === undefined) return [];
  const schema = field(field(spec, 'inputSchema'), 'json');
  const description = field(spec, 'description');
  return [{ name: field(spec, 'name'), description, input_schema: schema }];
}

function formatOf(body: unknown): object | undefined {
  const format = field(field(body, 'outputConfig'), 'textFormat');
  const schema = textField(field(field(format, 'structure'), 'jsonSchema'), 'schema');
  if (schema === '') return undefined;
  return { format: { type: 'json_schema', schema: parseJson(schema) } };
}

function blocksOf(content: unknown): unknown {
  return typeof content === 'object' ? [...elementsOf(content)].map(claudeBlock) : content;
}

function claudeBlock(block: unknown): unknown {
  const [call, result] = [field(block, 'toolUse'), field(block, 'toolResult')];
  const [image, document] = [field(block, 'image'), field(block, 'document')];
  if (call !== undefined) {
    return { type: 'tool_use', name: field(call, 'name'), input: field(call, 'input') };
  }
  if (result !== undefined) {
    return { type: 'tool_result', content: blocksOf(field(result, 'content')) };
  }
  if (image !== undefined) return { type: 'image', source: sourceOf(image, 'image/') };
  if (document !== undefined) return documentOf(document);
  const found = field(block, 'searchResult');
  if (found !== undefined) {
    const content = blocksOf(field(found, 'content'));
    const citations = field(found, 'citations');
    return { type: 'search_result', title: field(found, 'title'), content, citations };
  }
  const json = field(block, 'json');
  if (json !== undefined) return { type: 'text', text: JSON.stringify(json) };
  const guarded = field(field(block, 'guardContent'), 'text');
  if (guarded !== undefined) return { type: 'text', text: textField(guarded, 'text') };
  const thought = field(field(block, 'reasoningContent'), 'reasoningText');
  if (thought !== undefined) return { type: 'thinking', thinking: textField(thought, 'text') };
  return field(block, 'type') === undefined
    ? { type: 'text', text: textField(block, 'text') }
    : block;
}

function documentOf(document: unknown): object {
  const isPdf = field(document, 'format') === 'pdf';
  const text = textField(field(document, 'source'), 'text');
  const data = sourceOf(document, isPdf ? 'application/' : 'text/');
  const source = text === '' ? data : { type: 'text', data: text };
  return { type: 'document', source, citations: field(document, 'citations') };
}

function sourceOf(file: unknown, kind: string): object {
  const data = textField(field(file, 'source'), 'bytes');
  return { type: 'base64', data, media_type: `${kind}${textField(file, 'format')}` };
}
