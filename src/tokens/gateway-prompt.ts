import { elementsOf, field, textField } from '../model/json.ts';
import type { ChatFamily } from './families/family.ts';
import { openaiChat } from './openai-chat.ts';
import type { Part } from './part.ts';

/**
 * The input of a call in the AI SDK's own words (`LanguageModelV4Prompt`), counted as the chat that
 * the gateway makes of it; of embeddings, the texts (`values`).
 */
export function* gatewayPrompt(body: unknown, model: string, family: ChatFamily): Generator<Part> {
  for (const value of elementsOf(field(body, 'values'))) if (typeof value === 'string') yield value;
  const prompt = field(body, 'prompt');
  if (typeof prompt === 'string') yield prompt;
  if (!Array.isArray(prompt)) return;
  const messages = prompt.map((message) => ({
    role: textField(message, 'role'),
    content: contentOf(field(message, 'content')),
  }));
  const tools = [...elementsOf(field(body, 'tools'))].map((tool) => ({
    type: 'function',
    function: {
      name: field(tool, 'name'),
      description: field(tool, 'description'),
      parameters: field(tool, 'inputSchema'),
    },
  }));
  yield* openaiChat({ messages, ...(tools.length > 0 && { tools }) }, model, family);
}

function contentOf(content: unknown): unknown {
  return Array.isArray(content) ? content.map(partOf) : content;
}

function partOf(part: unknown): unknown {
  const type = textField(part, 'type');
  if (type === 'text' || type === 'reasoning')
    return { type: 'text', text: textField(part, 'text') };
  if (type === 'file') return fileOf(part);
  // Calls of tools, and what these answered.
  const told = field(part, 'input') ?? field(part, 'output') ?? '';
  const text = `${textField(part, 'toolName')} ${JSON.stringify(told)}`;
  return { type: 'text', text };
}

/** Its data is a URL, or base64 of the type beside it. */
function fileOf(part: unknown): unknown {
  const data = field(part, 'data');
  const url = [data, field(data, 'url'), field(data, 'data')].find(
    (each) => typeof each === 'string',
  );
  const mediaType = textField(part, 'mediaType');
  if (typeof url !== 'string') return { type: 'text', text: '' };
  const isUrl = /^(?:https?|data):/.test(url);
  const full = isUrl ? url : `data:${mediaType};base64,${url}`;
  if (mediaType.startsWith('image')) return { type: 'image_url', image_url: { url: full } };
  return { type: 'file', file: { file_data: full } };
}
