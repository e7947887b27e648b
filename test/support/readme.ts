import { globSync, readFileSync, writeFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);
/** A block of code, and the comment before it that names its file and, after `#`, the part of it. */
const BLOCK = /<!-- (examples\/[\w/-]+\.ts)(?:#([\w-]+))? -->\n```ts\n[^`]*(?:`(?!``)[^`]*)*```/g;
/** A table, and the comment before it that names its file: what a bench has printed. */
const TABLE = /<!-- (bench\/results\/[\w-]+\.md) -->\n(?:\|.*\n)*/g;
/** What only makes the examples run without API keys. */
const SIMULATED = /^import '\.{1,2}\/support\/providers\.ts';.*\n/m;
/** What begins or ends a part of a file. */
const MARK = /^ *\/\/ #(?:end)?region.*\n/gm;

/** The README and the pages of `docs/`. */
export const PAGES: readonly string[] = [
  'README.md',
  ...globSync('docs/{*,frameworks/*}.md', { cwd: ROOT }),
];

export function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** A page with the examples' files, or parts of them, and the tables of benches as they are now. */
export function withExamples(page: string): string {
  const withTables = page.replace(TABLE, (_, path: string) => `<!-- ${path} -->\n${read(path)}`);
  return withTables.replace(BLOCK, (_, path: string, part?: string) => {
    const name = part === undefined ? path : `${path}#${part}`;
    return `<!-- ${name} -->\n\`\`\`ts\n${codeOf(path, part)}\n\`\`\``;
  });
}

function codeOf(path: string, part: string | undefined): string {
  const text = read(path);
  const code = part === undefined ? text.replace(SIMULATED, '') : region(text, path, part);
  return code.replace(MARK, '').trim();
}

/** The lines between `// #region part` and its end, without the indentation that all share. */
function region(text: string, path: string, part: string): string {
  const found = new RegExp(`^ *// #region ${part}\n(.*?)^ *// #endregion ${part}$`, 'ms').exec(
    text,
  );
  if (found === null) throw new Error(`${path} has no region ${part}`);
  const lines = found[1]!.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  return lines.map((line) => line.slice(Math.min(...indents))).join('\n');
}

if (import.meta.main) {
  for (const page of PAGES) writeFileSync(new URL(page, ROOT), withExamples(read(page)));
}
