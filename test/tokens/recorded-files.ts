import type { EstimateRequest } from '../../src/tokens/estimator.ts';
import { pngDataUrl } from './image-headers.ts';
import { textOf } from './recorded-requests.ts';

/** What a recorded request had beside its text. */
type File =
  | { readonly image: readonly [width: number, height: number] }
  | { readonly pdf: number }
  | { readonly sheet: number }
  | 'an image elsewhere'
  | 'a file elsewhere';

/** What providers said that requests with an image or a file took (2025 and 2026): facts. */
const FILES: readonly (readonly [
  host: string,
  api: string,
  model: string,
  text: number,
  file: File,
  recorded: number,
])[] = [
  ['api.openai.com', 'chat', 'gpt-5.4', 5, { image: [60, 30] }, 15],
  ['api.openai.com', 'responses', 'gpt-5.4', 5, { image: [60, 30] }, 15 + 4],
  ['api.openai.com', 'chat', 'gpt-4o-mini', 6, { image: [1, 1] }, 8513],
  ['openrouter.ai', 'responses', 'openai/gpt-4.1-mini', 5, { image: [166, 282] }, 101],
  ['api.anthropic.com', 'messages', 'claude-sonnet-4-5', 0, { image: [166, 282] }, 76],
  ['router.huggingface.co', 'chat', 'Qwen/Qwen2.5-VL-7B-Instruct', 5, { image: [60, 30] }, 33],
  ['api.openai.com', 'chat', 'gpt-4o', 6, 'an image elsewhere', 268],
  ['api.openai.com', 'chat', 'gpt-4-vision-preview', 6, 'an image elsewhere', 438],
  ['api.openai.com', 'responses', 'gpt-4o-mini', 10, 'an image elsewhere', 14_184],
  ['api.openai.com', 'responses', 'gpt-4o-mini', 7, 'an image elsewhere', 14_181],
  ['api.anthropic.com', 'messages', 'claude-haiku-4-5', 5, 'an image elsewhere', 335],
  ['api.anthropic.com', 'messages', 'claude-haiku-4-5', 5, 'an image elsewhere', 296],
  ['api.mistral.ai', 'chat', 'mistral-large-latest', 14, 'an image elsewhere', 118],
  ['api.openai.com', 'responses', 'gpt-4o-mini', 40, { pdf: 325 }, 51],
  ['api.openai.com', 'responses', 'o4-mini', 186, { pdf: 325 }, 196],
  ['api.openai.com', 'chat', 'gpt-4o-mini', 6, { pdf: 423 }, 231],
  ['api.anthropic.com', 'messages', 'claude-3-5-haiku-20241022', 36, { pdf: 325 }, 1656],
  ['api.openai.com', 'responses', 'gpt-5-nano', 16, { sheet: 5669 }, 74],
  ['api.openai.com', 'responses', 'gpt-5.4', 11, 'a file elsewhere', 68],
  ['api.anthropic.com', 'messages', 'claude-sonnet-4-6', 7, 'a file elsewhere', 1639],
];

export interface RecordedFile {
  readonly group: string;
  readonly request: EstimateRequest;
  readonly recorded: number;
}

export const RECORDED_FILES: readonly RecordedFile[] = FILES.map(
  ([host, api, model, text, file, recorded]) => {
    const content = [...(text > 0 ? [textPart(api, text)] : []), filePart(api, file)];
    const messages = [{ role: 'user', content }];
    const body = api === 'responses' ? { model, input: messages } : { model, messages };
    const path = { chat: '/v1/chat/completions', responses: '/v1/responses' }[api];
    const provider = { 'api.openai.com': 'openai', 'api.anthropic.com': 'anthropic' }[host];
    const request = { provider: provider ?? 'compatible', path: path ?? '/v1/messages', body };
    return { group: `${host} ${kindOf(file)}`, request, recorded };
  },
);

function kindOf(file: File): string {
  if (typeof file === 'string') return file.replaceAll(' ', '-');
  return 'image' in file ? 'image' : 'file';
}

function textPart(api: string, tokens: number): object {
  return { type: api === 'responses' ? 'input_text' : 'text', text: textOf(tokens) };
}

function filePart(api: string, file: File): object {
  if (file === 'an image elsewhere') return imagePart(api, 'https://example.com/a.png');
  if (file === 'a file elsewhere') return documentPart(api, undefined);
  if ('image' in file) return imagePart(api, pngDataUrl(...file.image));
  if ('pdf' in file) {
    const bytes = '%PDF-1.4\n<< /Type /Page >>'.padEnd(file.pdf, ' ');
    return documentPart(api, `data:application/pdf;base64,${btoa(bytes)}`);
  }
  return documentPart(
    api,
    `data:application/zip;base64,${btoa('PK\x03\x04'.padEnd(file.sheet, ' '))}`,
  );
}

function imagePart(api: string, url: string): object {
  if (api === 'responses') return { type: 'input_image', image_url: url };
  if (api === 'chat') return { type: 'image_url', image_url: { url } };
  const [, data] = url.split(';base64,');
  const source = data === undefined ? { type: 'url', url } : { type: 'base64', data };
  return { type: 'image', source };
}

function documentPart(api: string, url: string | undefined): object {
  const [, data] = url?.split(';base64,') ?? [];
  if (api === 'messages') {
    const source = data === undefined ? { type: 'file' } : { type: 'base64', data };
    return { type: 'document', source };
  }
  const file = url === undefined ? { file_id: 'file-1' } : { filename: 'a', file_data: url };
  return api === 'chat' ? { type: 'file', file } : { type: 'input_file', ...file };
}
