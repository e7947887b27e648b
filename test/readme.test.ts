import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LIMITER_OPTIONS } from '../src/options.ts';
import { deadLinks, prose } from './support/links.ts';
import { PAGES, read, withExamples } from './support/readme.ts';

const OTHERS: readonly string[] = globSync('*.md').filter((page) => page !== 'README.md');
/** Written by tests: their rows are as long as they are. */
const GENERATED: readonly string[] = ['docs/faults.md', 'docs/integrations.md'];
const MOST_LINES = 200;
const LONGEST_LINE = 300;

/** What a pattern's group finds in a file. */
function names(path: string, pattern: RegExp): string[] {
  return [...read(path).matchAll(pattern)].map(([, name]) => name!);
}

const OPTIONS = [...LIMITER_OPTIONS, ...names('src/rate-limit-options.ts', /^ {2}'(\w+)',$/gm)];
const EVENTS = names('src/events.ts', /^ {2}(\w+): \(event: /gm);
const ERRORS = ['src/errors.ts', 'src/rate-limit-exceeded.ts'].flatMap((file) =>
  names(file, /^export class (\w+)/gm),
);

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('shows the examples as they are (npm run docs)', () => {
    expect(text).toBe(withExamples(text));
  });

  it('has no TypeScript that no file of the examples has', () => {
    const blocks = text.match(/^```ts$/gm) ?? [];
    const named = text.match(/^<!-- examples\/.* -->\n```ts$/gm) ?? [];
    expect(named).toHaveLength(blocks.length);
  });

  it('shows only files that a test runs', () => {
    const tests = globSync('test/{examples,package}/*.test.ts').map(read).join('\n');
    for (const [, file] of text.matchAll(/^<!-- examples\/(\S+?\.ts)\S* -->$/gm)) {
      expect(tests).toContain(basename(file!));
    }
  });

  it('has no line of prose that is too long to be read', () => {
    if (GENERATED.includes(page)) return;
    const long = prose(text)
      .split('\n')
      .filter((line) => line.length > LONGEST_LINE);
    expect(long).toEqual([]);
  });
});

it.each([...PAGES, ...OTHERS])('%s links to files and headings that exist', (page) => {
  expect(deadLinks(page)).toEqual([]);
});

describe('the README', () => {
  const readme = read('README.md');

  it('can be read in a few minutes', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES);
  });

  it('shows code, and both commands', () => {
    expect(readme.match(/<!-- examples\//g)?.length).toBeGreaterThanOrEqual(4);
    expect(readme).toContain('npm ci && npm start');
    expect(readme).toContain('npm cit');
  });

  it('counts the hosts that are known', () => {
    const hosts = globSync('src/providers/*/index.ts').length;
    expect(readme).toContain(`| Hosts | ${hosts} known ones: `);
  });

  it('shows results in one chart and one table, which the benchmarks have written', () => {
    const [, after = ''] = readme.split('\n## Results\n');
    const [results = ''] = after.split('\n## ');
    expect(results.match(/^!\[.+\]\(docs\/charts\/[\w-]+\.svg\)$/gm)).toHaveLength(1);
    expect(results.match(/^\|---/gm)).toHaveLength(1);
    expect(results).toContain(`<!-- bench/results/rivals-short.md -->\n|`);
  });

  it('has recipes of at most five lines', () => {
    const recipes = [
      ...readme.matchAll(/^<!-- examples\/pages\/recipes\.ts#\w+ -->\n```ts\n(.*?)\n```$/gms),
    ];
    expect(recipes).toHaveLength(6);
    for (const [, code = ''] of recipes) expect(code.split('\n').length).toBeLessThanOrEqual(5);
  });

  it('links to every page', () => {
    const pages = PAGES.filter((page) => page !== 'README.md' && page !== 'docs/index.md');
    const index = read('docs/frameworks.md');
    for (const page of pages) {
      const [, framework] = /^docs\/(frameworks\/.+)$/.exec(page) ?? [];
      if (framework === undefined) expect(readme).toContain(`(${page}`);
      else expect(index).toContain(`(${framework})`);
    }
  });

  it.each([
    ['Options', OPTIONS],
    ['Events', EVENTS],
    ['Errors', ERRORS],
  ])('names none of the %s that there aren’t', (section, all) => {
    const [text = ''] = readme.split(`\n## ${section}\n`).slice(1);
    const [part = ''] = text.split('\n## ');
    const cells = [...part.matchAll(/^\| (`[^|]+`) \|/gm)].map(([, cell]) => cell!);
    const rows = cells.flatMap((cell) => cell.split(', ')).map((name) => name.replaceAll('`', ''));
    expect(rows.length).toBeGreaterThanOrEqual(5);
    expect(all).toEqual(expect.arrayContaining(rows));
  });
});

describe('the reference', () => {
  it.each([
    ['docs/options.md', OPTIONS],
    ['docs/events.md', EVENTS],
    ['docs/errors.md', ERRORS],
  ])('%s has one heading for each, and none for anything else', (page, all) => {
    expect(all.length).toBeGreaterThan(5);
    expect(names(page, /^### `(\w+)`$/gm).toSorted()).toEqual(all.toSorted());
  });

  it('tells the type and the default of each option', () => {
    const parts = read('docs/options.md').split(/^### /m).slice(1);
    for (const part of parts) expect(part).toMatch(/^`\w+`\n\nType: .+\nDefault: .+\n/);
  });

  it('names every code of an error', () => {
    const codes = new Set(
      globSync('src/**/*.ts')
        .map((file) => read(file))
        .flatMap((text) => [...text.matchAll(/(?:super|new HeadroomError)\(\s*'(\w+)'/g)])
        .map(([, code]) => code),
    );
    expect(codes.size).toBeGreaterThanOrEqual(8);
    for (const code of codes) expect(read('docs/errors.md')).toContain(`\`${code}\``);
  });
});
