import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadArgument } from './bad-argument.ts';
import { chunksOf } from './chunks.ts';

/** A text file, in chunks that a model reads one at a time. */
export interface Document {
  readonly name: string;
  readonly chunks: readonly string[];
}

const CHUNK_CHARACTERS = 2000;
/** Of the project's own files as many are read as make about so many chunks. */
const OWN_CHUNKS = 60;
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** @throws BadArgument for a file that can't be read or summarized */
export function documentsFrom(files: readonly string[]): Document[] {
  return files.map((file) => {
    const text = readText(file);
    if (text.includes('\0')) throw new BadArgument(`${file} is not a text file`);
    const chunks = chunksOf(text, CHUNK_CHARACTERS);
    if (chunks.length === 0) throw new BadArgument(`${file} is empty`);
    return { name: file, chunks };
  });
}

/** The project's own Markdown, then its sources. */
export function ownDocuments(): Document[] {
  const documents: Document[] = [];
  let total = 0;
  for (const file of ownFiles()) {
    if (total >= OWN_CHUNKS) break;
    const chunks = chunksOf(readText(file), CHUNK_CHARACTERS);
    documents.push({ name: relative(PROJECT, file), chunks });
    total += chunks.length;
  }
  return documents;
}

function ownFiles(): string[] {
  const filesIn = (directory: string, extension: string): string[] =>
    readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
      .map((entry) => `${directory}${entry.name}`)
      .sort();
  return [...filesIn(PROJECT, '.md'), ...filesIn(`${PROJECT}src/`, '.ts')];
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
};

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new BadArgument(`Can't read ${file}: ${REASONS[code] ?? String(error)}`);
  }
}
