import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { GROUPS } from '../groups.ts';
import { slugify } from '../slugify.ts';

const PAGES = join(import.meta.dirname, '../pages');

function item(page: string): DefaultTheme.SidebarItem {
  const [, title = page] = /^# (.+)$/m.exec(readFileSync(join(PAGES, `${page}.md`), 'utf8')) ?? [];
  return { text: title.replaceAll('`', ''), link: page === 'index' ? '/' : `/${page}` };
}

function group(text: string, pages: readonly string[]): DefaultTheme.SidebarItem {
  const written = pages.filter((page) => existsSync(join(PAGES, `${page}.md`)));
  return { text, items: written.map(item) };
}

/** Pages that no group names come last, so that none can't be found. */
function others(): string[] {
  const named = Object.values(GROUPS).flat();
  const all = globSync('*.md', { cwd: PAGES }).map((file) => basename(file, '.md'));
  return all.filter((page) => !named.includes(page)).toSorted();
}

function sidebar(): DefaultTheme.SidebarItem[] {
  const examples = globSync('examples/*.md', { cwd: PAGES }).map((file) => file.slice(0, -3));
  const frameworks = globSync('frameworks/*.md', { cwd: PAGES }).map((file) => file.slice(0, -3));
  return [
    ...Object.entries(GROUPS).map(([text, pages]) => group(text, pages)),
    { ...group('Frameworks', frameworks.toSorted()), collapsed: true },
    group('More', others()),
    { ...group('Examples', examples.toSorted()), collapsed: true },
    { text: 'API reference', link: '/api/' },
  ].filter(({ items }) => items === undefined || items.length > 0);
}

export default defineConfig({
  title: 'llm-headroom',
  description: "Rate limiting that keeps LLM clients within their provider's limits",
  srcDir: 'pages',
  cleanUrls: true,
  markdown: { anchor: { slugify } },
  transformPageData({ filePath, frontmatter }) {
    const text = readFileSync(join(PAGES, filePath), 'utf8');
    // Nothing to outline: the page may have that place, too.
    if (!/^## /m.test(text)) frontmatter.aside = false;
    // What is not in the side bar has no neighbors.
    if (filePath.startsWith('api/')) Object.assign(frontmatter, { prev: false, next: false });
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Options', link: '/options' },
      { text: 'API', link: '/api/' },
    ].filter(({ link }) => existsSync(join(PAGES, `${link}.md`)) || link.endsWith('/')),
    sidebar: sidebar(),
  },
});
