import { elementsOf, field, textField } from '../model/json.ts';
import type { ChatFamily } from './families/family.ts';
import { jsonParts } from './json-parts.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiImages, openaiPrompt } from './openai-prompt.ts';
import type { Part } from './part.ts';

/**
 * The input of a call in the AI SDK's own words (`LanguageModelV4Prompt`), counted as the chat that
 * the gateway makes of it.
 */
export function* gatewayPrompt(body: unknown, model: string, family: ChatFamily): Generator<Part> {
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

const TEXTS: readonly string[] = ['query', 'text', 'instructions'];

/** What is to be embedded, ranked or read aloud, and what an image is made of. */
export function* gatewayInput(body: unknown, model: string): Generator<Part> {
  for (const name of TEXTS) yield textField(body, name);
  yield* openaiPrompt(field(body, 'values'), model);
  for (const each of elementsOf(field(field(body, 'documents'), 'values'))) {
    if (typeof each === 'string') yield each;
    else yield* jsonParts(each);
  }
  const images = [...elementsOf(field(body, 'files'))].map((file) => ({ image_url: urlOf(file) }));
  yield* openaiImages({ prompt: field(body, 'prompt'), images }, model);
}

function contentOf(content: unknown): unknown {
  return Array.isArray(content) ? content.flatMap(partsOf) : content;
}

function partsOf(part: unknown): unknown[] {
  const type = textField(part, 'type');
  if (type === 'text' || type === 'reasoning') return [text(textField(part, 'text'))];
  if (field(part, 'mediaType') !== undefined) return [fileOf(part)];
  // Calls of tools, and what these answered.
  const name = textField(part, 'toolName');
  const told = field(part, 'input') ?? field(part, 'output') ?? '';
  const parts = type === 'tool-result' && textField(told, 'type') === 'content';
  if (!parts) return [text(`${name} ${JSON.stringify(told)}`)];
  return [text(name), ...[...elementsOf(field(told, 'value'))].flatMap(partsOf)];
}

function text(characters: string): object {
  return { type: 'text', text: characters };
}

function fileOf(part: unknown): object {
  const url = urlOf(part);
  if (url === '') return text(textField(field(part, 'data'), 'text'));
  const isImage = textField(part, 'mediaType').startsWith('image');
  return isImage
    ? { type: 'image_url', image_url: { url } }
    : { type: 'file', file: { file_data: url } };
}

/** Its data is a URL, or base64 of the type beside it; `''` for any other. */
function urlOf(part: unknown): string {
  const data = field(part, 'data');
  const url = [data, field(data, 'url'), field(data, 'data'), field(part, 'url')].find(
    (each) => typeof each === 'string',
  );
  if (typeof url !== 'string' || /^(?:https?|data):/.test(url)) return String(url ?? '');
  return `data:${textField(part, 'mediaType')};base64,${url}`;
}
