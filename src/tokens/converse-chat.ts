import { elementsOf, field, textField } from '../model/json.ts';

/**
 * A body of Bedrock's `converse` as Chat Completions would have it, without a schema of the reply: it
 * costs nothing (recorded usage, 2026).
 */
export function asChat(body: unknown): object {
  const system = [...elementsOf(field(body, 'system'))].map((block) => textField(block, 'text'));
  const messages = [...elementsOf(field(body, 'messages'))].flatMap(messagesOf);
  const tools = [...elementsOf(field(field(body, 'toolConfig'), 'tools'))].flatMap(toolOf);
  return {
    messages:
      system.length > 0 ? [{ role: 'system', content: system.join('\n') }, ...messages] : messages,
    ...(tools.length > 0 && { tools }),
  };
}

function toolOf(tool: unknown): object[] {
  const spec = field(tool, 'toolSpec');
  if (spec === undefined) return [];
  const parameters = field(field(spec, 'inputSchema'), 'json');
  const named = { name: field(spec, 'name'), description: field(spec, 'description') };
  return [{ type: 'function', function: { ...named, parameters } }];
}

/** Results of tools are messages of their own. */
function messagesOf(message: unknown): object[] {
  const role = textField(message, 'role');
  const content = field(message, 'content');
  if (typeof content === 'string') return [{ role, content }];
  const blocks = [...elementsOf(content)];
  const results = blocks.flatMap((block) => {
    const result = field(block, 'toolResult');
    return result === undefined
      ? []
      : [{ role: 'tool', content: partsIn(field(result, 'content')) }];
  });
  const calls = blocks.flatMap((block) => {
    const call = field(block, 'toolUse');
    if (call === undefined) return [];
    const named = { name: field(call, 'name'), arguments: JSON.stringify(field(call, 'input')) };
    return [{ function: named }];
  });
  const parts = textOf(blocks) ?? partsIn(content);
  if (parts.length === 0 && calls.length === 0) return results;
  return [...results, { role, content: parts, ...(calls.length > 0 && { tool_calls: calls }) }];
}

/** Of blocks that are all text: some templates leave out what was thought in one. */
function textOf(blocks: readonly unknown[]): string | undefined {
  const texts = blocks.map((block) => field(block, 'text'));
  const isText = texts.length > 0 && texts.every((text) => typeof text === 'string');
  return isText ? texts.join('') : undefined;
}

function partsIn(content: unknown): object[] {
  return [...elementsOf(content)].flatMap(partOf);
}

function partOf(block: unknown): object[] {
  const [image, document] = [field(block, 'image'), field(block, 'document')];
  if (image !== undefined)
    return [{ type: 'image_url', image_url: { url: urlOf(image, 'image/') } }];
  if (document !== undefined) {
    const isPdf = field(document, 'format') === 'pdf';
    const url = urlOf(document, isPdf ? 'application/' : 'text/');
    return [{ type: 'file', file: { filename: textField(document, 'name'), file_data: url } }];
  }
  const json = field(block, 'json');
  const guarded = field(field(block, 'guardContent'), 'text');
  const text = json === undefined ? textField(guarded ?? block, 'text') : JSON.stringify(json);
  return text ? [{ type: 'text', text }] : [];
}

/** Where the file is elsewhere, nothing of it is known. */
function urlOf(file: unknown, kind: string): string {
  const bytes = textField(field(file, 'source'), 'bytes');
  return bytes && `data:${kind}${textField(file, 'format')};base64,${bytes}`;
}
