/**
 * Lays out the site's pages in `pages/`: `docs/`, the README as the first page, the other texts of
 * the repository, and each example as a page. Links that lead out of `docs/` are turned to these.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Texts beside the README, by the page that they become. */
const TEXTS: Readonly<Record<string, string>> = {
  'README.md': 'index.md',
  'ARCHITECTURE.md': 'architecture.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
};

/** Where a file of the repository is on the site; `undefined` where it isn't. */
function pageOf(file: string): string | undefined {
  if (file in TEXTS) return TEXTS[file];
  if (file.startsWith('docs/')) return file.slice('docs/'.length);
  if (/^examples\/[^/]+\.ts$/.test(file)) return file.replace(/\.ts$/, '.md');
  return undefined;
}

/** A link of a file as it is on the site. What isn't there is named without a link. */
function linked(whole: string, text: string, target: string, from: string, page: string): string {
  const [path = '', anchor] = target.split('#');
  if (path === '') return whole;
  const file = posix.normalize(posix.join(posix.dirname(from), path));
  const to = pageOf(file);
  if (to === undefined) return text;
  const link = relative(dirname(page), to) || basename(to);
  return `[${text}](${link.startsWith('.') ? link : `./${link}`}${anchor ? `#${anchor}` : ''})`;
}

function lay(from: string, pages: string, page: string): void {
  const source = readFileSync(join(ROOT, from), 'utf8');
  const links = /(?<!!)\[([^\]]+)\]\((?!https?:|mailto:)([^)\s]+)\)/g;
  const text = source.replace(links, (whole, label, target) =>
    linked(whole, label, target, from, page),
  );
  const to = join(pages, page);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
}

/** Lays out all pages but the API reference, which TypeDoc writes. */
export function layPages(pages: string): void {
  rmSync(pages, { recursive: true, force: true });
  mkdirSync(pages, { recursive: true });
  for (const [file, page] of Object.entries(TEXTS)) lay(file, pages, page);
  for (const file of globSync('docs/**/*.md', { cwd: ROOT }))
    lay(file, pages, file.slice('docs/'.length));
  for (const file of globSync('docs/**/*.svg', { cwd: ROOT })) {
    cpSync(join(ROOT, file), join(pages, file.slice('docs/'.length)));
    cpSync(join(ROOT, file), join(pages, file));
  }
  for (const file of globSync('examples/*.ts', { cwd: ROOT })) {
    const code = readFileSync(join(ROOT, file), 'utf8');
    const page = join(pages, file.replace(/\.ts$/, '.md'));
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, `# ${basename(file)}\n\n\`\`\`ts\n${code}\`\`\`\n`);
  }
}

if (import.meta.main) layPages(join(import.meta.dirname, 'pages'));
