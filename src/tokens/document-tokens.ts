import { Base64Bytes } from './base64-bytes.ts';
import { hidden, type Part, rough } from './part.ts';

/** A file as a request has it. */
export interface DocumentFile {
  readonly name: string;
  /** Base64, a `data:` URL of it, or a URL; empty where the provider has the file. */
  readonly data: string;
  /** @default what a `data:` URL says */
  readonly mediaType?: string | undefined;
}

/** How a provider shows documents to its models. */
export interface DocumentForm {
  /** Around the text of a file. */
  readonly around: number;
  /** A page of a PDF, besides its text: it is also shown as an image. */
  readonly perPage: number;
  /** The most that is counted of a page's text. */
  readonly pageText: number;
  /** A document that isn't in the request: the median of what was recorded. */
  readonly unknown: number;
}

/** More text than that isn't on a page. */
const MOST_PAGE_TEXT = 1000;

/** OpenAI (recorded usage, 2025 and 2026): in the Responses API, of a PDF little more than its text. */
export const CHAT_DOCUMENTS: DocumentForm = {
  around: 16,
  perPage: 200,
  pageText: MOST_PAGE_TEXT,
  unknown: 220,
};
export const RESPONSES_DOCUMENTS: DocumentForm = { ...CHAT_DOCUMENTS, perPage: 0, unknown: 64 };
/** Mistral (recorded usage, 2026): the text alone. */
export const MISTRAL_DOCUMENTS: DocumentForm = RESPONSES_DOCUMENTS;
/** Anthropic (recorded usage, 2025 and 2026): 1,600 a page, as its guide says of images. */
export const CLAUDE_DOCUMENTS: DocumentForm = {
  around: 16,
  perPage: 1600,
  pageText: MOST_PAGE_TEXT,
  unknown: 1620,
};

/** A longer file is estimated by its size, in characters of base64. */
const MOST_DECODED = 200_000;
/** Fonts and layout take most of a PDF, packing and layout of an office document. */
const PDF_BYTES_PER_TOKEN = 24;
/** Of what draws a page of a PDF; the first are for its looks, and for how to copy it. */
const CONTENT_BYTES_PER_TOKEN = 4.4;
const FREE_CONTENT_BYTES = 350;
const OFFICE_BYTES_PER_TOKEN = 6;
/** What an office document without text has. */
const OFFICE_BYTES = 6000;
const OFFICE_TOKENS = 32;
/** Of a PDF whose pages can't be counted, because they are compressed. */
const BYTES_PER_PAGE = 50_000;
const TEXT_BYTES_PER_TOKEN = 4;

const PDF = 0x25504446;
const ZIP = 0x504b0304;
const DATA_URL = /^data:([^,;]{0,128})[^,]{0,200};base64,/i;

/** The tokens of a document: of its text where that is in the request, else by its kind and size. */
export function* documentParts(file: DocumentFile, form: DocumentForm): Generator<Part> {
  const [head = '', stated = ''] = DATA_URL.exec(file.data.slice(0, 400)) ?? [];
  const isBase64 = head !== '' || file.mediaType !== undefined;
  const mediaType = file.mediaType ?? stated;
  if (file.data === '' || !isBase64) {
    yield hidden(form.unknown);
    return;
  }
  yield file.name;
  const first = new Base64Bytes(file.data, head.length).bigEndian(0, 4);
  const bytes = Math.floor(((file.data.length - head.length) * 3) / 4);
  if (first === PDF || mediaType === 'application/pdf')
    yield rough(pdfTokens(file.data, head.length, bytes, form));
  else if (first === ZIP) yield rough(officeTokens(bytes));
  else yield* textParts(file, head.length, bytes, mediaType, form);
}

function officeTokens(bytes: number): number {
  return OFFICE_TOKENS + Math.max(0, Math.ceil((bytes - OFFICE_BYTES) / OFFICE_BYTES_PER_TOKEN));
}

function pdfTokens(data: string, start: number, bytes: number, form: DocumentForm): number {
  const pdf = data.length > MOST_DECODED ? undefined : decoded(data.slice(start));
  const pages = (pdf && pagesOf(pdf)) || Math.ceil(bytes / BYTES_PER_PAGE);
  const drawn = pdf === undefined ? undefined : contentTokens(pdf);
  const text = drawn ?? bytes / PDF_BYTES_PER_TOKEN;
  return form.perPage * pages + Math.min(Math.ceil(text), form.pageText * pages);
}

const PAGE = /\/Type\s{0,4}\/Page(?!s)/g;
const STREAM = /<<([^>]{0,200})>>\s{0,2}stream\r?\n/g;
/** What the head of a font, a picture, a color profile or a table of objects says, and no text's. */
const NO_TEXT = /\/(?:Type|Subtype|Length1|N|W)\b/;

/** How many pages a PDF says that it has; 0 where it doesn't. */
function pagesOf(pdf: string): number {
  return pdf.match(PAGE)?.length ?? 0;
}

/** The text of the streams that draw pages; `undefined` for a PDF without any stream. */
function contentTokens(pdf: string): number | undefined {
  let bytes: number | undefined;
  // The next end is looked for once: streams without one must not make this slow.
  let end = 0;
  for (const { 0: head, 1: entries = '', index } of pdf.matchAll(STREAM)) {
    const start = index + head.length;
    if (start > end && end >= 0) end = pdf.indexOf('endstream', start);
    const isText = end >= 0 && !NO_TEXT.test(entries);
    bytes = (bytes ?? 0) + (isText ? Math.max(0, end - start) : 0);
  }
  return bytes && Math.max(0, bytes - FREE_CONTENT_BYTES) / CONTENT_BYTES_PER_TOKEN;
}

/** A text, or what can't be read and is assumed to be one. */
function* textParts(
  { data }: DocumentFile,
  start: number,
  bytes: number,
  mediaType: string,
  { around }: DocumentForm,
): Generator<Part> {
  const isText = /^text\/|json|xml|yaml|csv|^$/.test(mediaType);
  const binary = isText && data.length <= MOST_DECODED ? decoded(data.slice(start)) : undefined;
  yield rough(around);
  if (binary === undefined) yield rough(Math.ceil(bytes / TEXT_BYTES_PER_TOKEN));
  else yield utf8(binary);
}

function decoded(base64: string): string | undefined {
  try {
    return atob(base64);
  } catch {
    return undefined;
  }
}

function utf8(binary: string): string {
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return new TextDecoder().decode(bytes);
}
