import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const SRC = new URL('../src/', import.meta.url);

interface Import {
  readonly from: string;
  readonly to: string;
  /** Whether nothing of it is left when the types are. */
  readonly isOfTypes: boolean;
}

const imports = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap(importsOf)
  .filter(({ from, to }) => from !== to);

/** The rooms that a file imports, types included. */
function importsOf(file: string): Import[] {
  const text = readFileSync(new URL(file, SRC), 'utf8');
  const found = text.matchAll(
    /(?:\b(?:im|ex)port\s+(type\s)?([^;'"]*?)\s*from|\bimport)\s*\(?\s*'(\.[^']+)'/g,
  );
  return [...found].map(([, type, names, path = '']) => {
    const target = new URL(path, new URL(file, SRC)).href.slice(SRC.href.length);
    const isOfTypes = type !== undefined || (names !== undefined && areTypes(names));
    return { from: roomOf(file), to: roomOf(target), isOfTypes };
  });
}

/** `{ type A, type B }` */
function areTypes(names: string): boolean {
  return /^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(names);
}

/** The folder that a file is in; of a file beside the folders, its name. */
function roomOf(file: string): string {
  return file.split('/')[0] ?? file;
}

function roomsBelow(room: string): Set<string> {
  return new Set(imports.filter(({ from }) => from === room).map(({ to }) => to));
}

const ARCHITECTURE = readFileSync(new URL('../ARCHITECTURE.md', SRC), 'utf8');

/** The rooms and files of the picture, a line each; what they are is said beside it. */
function lines(): string[][] {
  const [, picture = ''] = /## The rooms[\s\S]*?```\n([\s\S]*?)```/.exec(ARCHITECTURE) ?? [];
  return picture.split('\n').map((line) => {
    const names = line.slice(0, 62).match(/[\w-]+(?:\/|\.ts)/g) ?? [];
    return names.map((name) => name.replace('/', ''));
  });
}

interface Row {
  readonly rooms: readonly string[];
  readonly below: readonly string[];
  /** Those of them of which they import nothing but types. */
  readonly types: readonly string[];
}

/** What the table says that rooms import, besides files at the root. */
function allowed(): Row[] {
  const [, table = ''] = /\| room \| imports.*\n\|.*\n((?:\|.*\n)+)/.exec(ARCHITECTURE) ?? [];
  return table
    .trim()
    .split('\n')
    .map((row) => {
      const [, rooms = '', below = ''] = row.split('|');
      return {
        rooms: namesIn(rooms),
        below: namesIn(below).filter((each) => each !== 'nextTurn'),
        types: namesIn(below.match(/`[\w-]+` \(types\)/g)?.join() ?? ''),
      };
    });
}

function namesIn(cell: string): string[] {
  return cell.match(/`[\w-]+`/g)?.map((name) => name.slice(1, -1)) ?? [];
}

test('each line of the picture imports from lines below it only', () => {
  const order = lines();
  const lineOf = (name: string): number => order.findIndex((names) => names.includes(name));
  const names = new Set(imports.flatMap(({ from, to }) => [from, to]));
  expect([...names].filter((name) => lineOf(name) === -1)).toEqual([]);
  const upwards = imports
    .filter(({ from, to }) => lineOf(to) <= lineOf(from))
    .map(({ from, to }) => `${from} -> ${to}`);
  expect([...new Set(upwards)]).toEqual([]);
});

test('rooms import what the table says', () => {
  const rooms = [...new Set(imports.map(({ from }) => from))].filter((each) => !/\.ts$/.test(each));
  const foldersBelow = (room: string): string[] =>
    [...roomsBelow(room)].filter((each) => !/\.ts$/.test(each)).toSorted();
  const table = allowed();
  expect(table.flatMap((row) => row.rooms).toSorted()).toEqual(
    [...rooms, 'model'].filter((each, i, all) => all.indexOf(each) === i).toSorted(),
  );
  for (const { rooms, below } of table) {
    for (const room of rooms.filter((each) => each !== 'cli')) {
      expect([room, ...foldersBelow(room)]).toEqual([room, ...below.toSorted()]);
    }
  }
});

test('of a room with the word (types), a room imports types alone; of all others, more', () => {
  const isMore = (from: string, to: string): boolean =>
    imports.some((each) => each.from === from && each.to === to && !each.isOfTypes);
  const table = allowed().flatMap(({ rooms, ...row }) => rooms.map((room) => ({ room, ...row })));
  const found = table.map(({ room, below }) => [
    room,
    ...below.filter((each) => !isMore(room, each)),
  ]);
  expect(found).toEqual(table.map(({ room, types }) => [room, ...types]));
});

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
