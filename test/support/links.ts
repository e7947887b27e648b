import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { read } from './readme.ts';

/** A link that leads nowhere, and where it stands. */
export interface DeadLink {
  readonly page: string;
  readonly link: string;
}

/** A link's text is in brackets; other sites' are not ours to check. */
const LINK = /\]\((?!https?:|mailto:)([^)\s]+)\)/g;

/** Relative links of a page to files that don't exist, or to headings that its target lacks. */
export function deadLinks(page: string): DeadLink[] {
  return [...prose(read(page)).matchAll(LINK)]
    .map(([, link]) => ({ page, link: link! }))
    .filter(({ link }) => !leadsSomewhere(page, link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || !target.endsWith('.md') || anchors(target).includes(anchor);
}

/** The names of a page's headings in links. Headings with a sign between words have none here: sites differ there. */
function anchors(page: string): string[] {
  return [...prose(read(page)).matchAll(/^#+ (.+)$/gm)]
    .map(([, heading]) => heading!.replaceAll('`', '').toLowerCase())
    .filter((heading) => /^[a-z\d]+(?:[ -][a-z\d]+)*$/.test(heading))
    .map((heading) => heading.replaceAll(' ', '-'));
}

/** A page without its blocks of code, in which `#` begins no heading. */
export function prose(text: string): string {
  return text.replace(/^```.*?^```$/gms, '');
}
