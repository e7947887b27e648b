import { existsSync, globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIMITER_OPTIONS } from '../src/options.ts';
import { read, withExamples } from './support/readme.ts';

const readme = read('README.md');

/** What a pattern's group finds in a file. */
function names(path: string, pattern: RegExp): string[] {
  return [...read(path).matchAll(pattern)].map(([, name]) => name!);
}

describe('the README', () => {
  it('shows the examples as they are (npm run docs)', () => {
    expect(readme.match(/<!-- examples\//g)?.length).toBeGreaterThanOrEqual(4);
    expect(readme).toBe(withExamples(readme));
  });

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path]) => path!);
    for (const link of links)
      expect({ link, exists: existsSync(link) }).toEqual({ link, exists: true });
  });

  it.each([
    ['Options', [...LIMITER_OPTIONS, ...names('src/rate-limit-options.ts', /^ {2}'(\w+)',$/gm)]],
    ['Events', names('src/events.ts', /^ {2}(\w+): \(event: /gm)],
    ['Errors', names('src/errors.ts', /^export class (\w+)/gm)],
  ])('has one row for each of the %s, and none for anything else', (section, all) => {
    expect(all.length).toBeGreaterThan(5);
    const [text = ''] = readme.split(`\n## ${section}\n`).slice(1);
    const [part = ''] = text.split('\n## ');
    const rows = [...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows.toSorted()).toEqual(all.toSorted());
  });

  it('names every code of an error', () => {
    const codes = new Set(
      globSync('src/**/*.ts')
        .map((file) => read(file))
        .flatMap((text) => [...text.matchAll(/(?:super|new HeadroomError)\(\s*'(\w+)'/g)])
        .map(([, code]) => code),
    );
    expect(codes.size).toBeGreaterThanOrEqual(8);
    for (const code of codes) expect(readme).toContain(`\`${code}\``);
  });
});
