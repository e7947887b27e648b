import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../../node_modules');
const PACKAGES = [
  '@anthropic-ai/sdk',
  '@types/node',
  'chalk',
  'emojilib',
  'fast-check',
  'highlight.js',
  'marked',
  'msw',
  'openai',
  'p-queue',
  'typescript',
  'vitest',
  'zod',
];
const KINDS = ['.md', '.json', '.d.ts', '.ts', '.js', '.mjs', '.cjs', '.css', '.map', 'LICENSE'];
const FILES_OF_A_KIND = 30;
const LONGEST = 5_000;

/** js-tiktoken takes quadratic time on these. */
const UNBROKEN = /[\p{L}\p{M}]{200}|[^\s\p{L}\p{N}]{200}|\s{400}/u;
/** White space to JavaScript and not to Rust, or the other way round: js-tiktoken deviates there. */
const DEVIATING = /[\u0085\ufeff]/;

/** Texts of many kinds, found where every checkout has them. */
export function realTexts(): readonly string[] {
  const found = new Map<string, string[]>(KINDS.map((kind) => [kind, []]));
  for (const name of PACKAGES) {
    for (const path of filesIn(join(ROOT, name))) {
      const texts = found.get(KINDS.find((kind) => path.endsWith(kind)) ?? '');
      if (texts === undefined || texts.length >= FILES_OF_A_KIND) continue;
      const text = readFileSync(path, 'utf8').slice(0, LONGEST);
      if (text.length > 500 && !UNBROKEN.test(text) && !DEVIATING.test(text)) texts.push(text);
    }
  }
  return [...found.values()].flat();
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}
