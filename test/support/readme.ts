import { readFileSync, writeFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);
/** A block of code, and the comment before it that says which file it shows. */
const BLOCK = /<!-- (examples\/[\w-]+\.ts) -->\n```ts\n[^`]*(?:`(?!``)[^`]*)*```/g;
/** What only makes the examples run without API keys. */
const SIMULATED = /^import '\.\/support\/providers\.ts';.*\n/m;

export function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** The README with the examples' files as they are now. */
export function withExamples(readme: string): string {
  return readme.replace(BLOCK, (_, path: string) => {
    const code = read(path).replace(SIMULATED, '').trim();
    return `<!-- ${path} -->\n\`\`\`ts\n${code}\n\`\`\``;
  });
}

if (import.meta.main) writeFileSync(new URL('README.md', ROOT), withExamples(read('README.md')));
