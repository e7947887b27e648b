import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as directory from '../../src/providers/directory.ts';

const SRC = new URL('../../src/', import.meta.url);
const PROVIDERS = new URL('providers/', SRC);

const folders = readdirSync(PROVIDERS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

/** The provider's folder that a module is in, by its path below `src`. */
function folderOf(path: string): string | undefined {
  return folders.find((folder) => path.startsWith(`providers/${folder}/`));
}

/** The modules that a file imports, by their paths below `src`. */
function importsOf(source: string): string[] {
  const text = readFileSync(new URL(source, SRC), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    new URL(path, new URL(source, SRC)).href.slice(SRC.href.length),
  );
}

test('every folder of src/providers is a provider in the directory, and nothing else is', () => {
  expect(Object.keys(directory)).toEqual(folders.toSorted());
});

test('a provider takes one line of the directory, and one of the hosts', () => {
  const linesOf = (file: string): string[] =>
    readFileSync(new URL(file, PROVIDERS), 'utf8').split('\n');
  for (const folder of folders) {
    expect(linesOf('directory.ts')).toContain(`export * as ${folder} from './${folder}/index.ts';`);
    const lines = linesOf('hosts.ts').filter((line) => line.includes(`'./${folder}/host.ts'`));
    expect(lines).toHaveLength(1);
  }
});

test('a folder holds no more than what a provider can have', () => {
  for (const folder of folders) {
    const files = readdirSync(new URL(folder, PROVIDERS));
    const possible = ['charge.ts', 'host.ts', 'index.ts', 'limits.ts', 'prices.ts', 'wire.ts'];
    expect(possible).toEqual(expect.arrayContaining(files));
  }
});

test('only the directory and the hosts import a provider: no other file knows that there is one', () => {
  const trespassing = sources.flatMap((source) =>
    importsOf(source)
      .filter((path) => folderOf(path) !== undefined && folderOf(path) !== folderOf(source))
      .map((path) => `${source} imports ${path}`),
  );
  const allowed = folders.flatMap((folder) => [
    `providers/directory.ts imports providers/${folder}/index.ts`,
    `providers/hosts.ts imports providers/${folder}/host.ts`,
  ]);
  expect(trespassing.toSorted()).toEqual(allowed.toSorted());
});
