/**
 * Fails on links of the site to pages, files or headings that it lacks, and on a side bar that names
 * a missing page. VitePress looks for pages only, and takes a minute with its dependencies.
 */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { GROUPS } from './groups.ts';
import { layPages } from './pages.ts';
import { slugify } from './slugify.ts';

/** Other sites' are not ours to check, and TypeDoc checks those of the API reference. */
const LINK = /\]\((?!https?:|mailto:|\/api\/)([^)\s]+)\)/g;

/** A page without its code, in which nothing is a link or a heading. */
function prose(text: string): string {
  return text.replace(/^```.*?^```$/gms, '');
}

/** The names of a page's headings: those that come again are numbered. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose(text).matchAll(/^#+ (.+)$/gm)) {
    const slug = slugify(heading.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replace(/[`*]/g, ''));
    let [name, count] = [slug, 0];
    while (anchors.has(name)) name = `${slug}-${++count}`;
    anchors.add(name);
  }
  return anchors;
}

/** Dead links of the pages in a folder, as they are reported. */
export function deadLinksIn(folder: string): string[] {
  const files = globSync('**/*.md', { cwd: folder });
  const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  const leads = (file: string, link: string): boolean => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : normalize(join(dirname(file), path));
    const text = texts.get(target) ?? texts.get(`${target}.md`);
    if (text === undefined) return anchor === undefined && existsSync(join(folder, target));
    return anchor === undefined || anchorsOf(text).has(anchor);
  };
  return [...texts].flatMap(([file, text]) =>
    [
      ...prose(text)
        .replace(/`[^`\n]+`/g, '')
        .matchAll(LINK),
    ]
      .filter(([, link = '']) => !leads(file, link))
      .map(([, link]) => `${file}: ${link}`),
  );
}

/** Pages of the side bar that the site lacks. */
function missingIn(folder: string): string[] {
  const named = Object.values(GROUPS).flat();
  const missing = named.filter((page) => !existsSync(join(folder, `${page}.md`)));
  return missing.map((page) => `groups.ts: ${page}`);
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'pages-'));
  layPages(folder);
  const dead = [...deadLinksIn(folder), ...missingIn(folder)];
  rmSync(folder, { recursive: true });
  for (const each of dead) console.error(`Leads nowhere: ${each}`);
  if (dead.length > 0) process.exitCode = 1;
}
