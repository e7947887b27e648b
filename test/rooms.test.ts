import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const SRC = new URL('../src/', import.meta.url);

interface Import {
  readonly from: string;
  readonly to: string;
}

const imports = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap(importsOf)
  .filter(({ from, to }) => from !== to);

/** The rooms that a file imports, types included. */
function importsOf(file: string): Import[] {
  const text = readFileSync(new URL(file, SRC), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path = '']) => {
    const target = new URL(path, new URL(file, SRC)).href.slice(SRC.href.length);
    return { from: roomOf(file), to: roomOf(target) };
  });
}

/** The folder that a file is in; of a file beside the folders, its name. */
function roomOf(file: string): string {
  return file.split('/')[0] ?? file;
}

function roomsBelow(room: string): Set<string> {
  return new Set(imports.filter(({ from }) => from === room).map(({ to }) => to));
}

test('the model imports nothing', () => {
  expect([...roomsBelow('model')]).toEqual([]);
});

test('tokens could be a package: it imports the model, the clock and the validation', () => {
  expect(roomsBelow('tokens')).toEqual(new Set(['model', 'clock.ts', 'validate.ts']));
});

test('no two rooms import each other', () => {
  const pairs = imports
    .filter(({ from, to }) => from < to && roomsBelow(to).has(from))
    .map(({ from, to }) => `${from} ${to}`);
  expect([...new Set(pairs)]).toEqual([]);
});
