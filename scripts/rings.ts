/**
 * Finds folders of `src` that import each other, directly or in a ring. Imports of types count. A
 * folder stands for all that is in it; folders beside each other within it are checked likewise, and
 * a file beside the folders of `src` counts as one.
 *
 * Fails on a ring that `rings.json` doesn't allow, and on one that it allows and that is gone: the
 * list may only shrink.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** By folder and by imported folder: the imports, as lines `from.ts -> to.ts`. */
type Arrows = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

interface Rings {
  /** Folders that import each other. */
  readonly pairs: readonly string[];
  /** The largest sets of folders of which each reaches each, by way of others. */
  readonly rings: readonly string[];
}

const SRC = join(import.meta.dirname, '../src');
const ALLOWED = join(import.meta.dirname, 'rings.json');
const SPECIFIER = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;
const COMMENT = /^\s*(?:\/\/|\/?\*).*$/gm;

/** The folders of two files, below the innermost that has both; `undefined` where either is in that. */
function foldersOf(one: string, other: string): readonly [string, string] | undefined {
  const [from, to] = [one.split('/'), other.split('/')];
  const i = from.findIndex((name, at) => name !== to[at]);
  const isInFolders = i < from.length - 1 && i < to.length - 1;
  if (i === -1 || (i > 0 && !isInFolders)) return undefined;
  return [from.slice(0, i + 1).join('/'), to.slice(0, i + 1).join('/')];
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8').replace(COMMENT, '');
  const specifiers = [...text.matchAll(SPECIFIER)].map(([, specifier = '']) => specifier);
  return specifiers.map((specifier) => relative(SRC, join(SRC, dirname(file), specifier)));
}

function arrowsOf(files: readonly string[]): Arrows {
  const arrows = new Map<string, Map<string, string[]>>();
  for (const file of files) {
    for (const imported of importsOf(file)) {
      const [from, to] = foldersOf(file, imported) ?? [];
      if (from === undefined || to === undefined) continue;
      const others = arrows.get(from) ?? new Map<string, string[]>();
      arrows.set(from, others);
      others.set(to, [...(others.get(to) ?? []), `${file} -> ${imported}`]);
    }
  }
  return arrows;
}

/** All folders that one imports, by way of others too. */
function reachedFrom(folder: string, arrows: Arrows): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const to of arrows.get(next)?.keys() ?? []) {
      if (!reached.has(to)) open.push(to);
      reached.add(to);
    }
  }
  return reached;
}

function ringsIn(arrows: Arrows): Rings {
  const folders = [...arrows.keys()].sort();
  const reached = new Map(folders.map((folder) => [folder, reachedFrom(folder, arrows)]));
  const isPair = (one: string, other: string): boolean =>
    one < other && arrows.get(one)?.has(other) === true && arrows.get(other)?.has(one) === true;
  const ringOf = (folder: string): string =>
    folders.filter((to) => reached.get(folder)?.has(to) && reached.get(to)?.has(folder)).join(', ');
  return {
    pairs: folders.flatMap((one) =>
      folders.filter((other) => isPair(one, other)).map((other) => `${one}, ${other}`),
    ),
    rings: [...new Set(folders.map(ringOf))].filter((ring) => ring !== ''),
  };
}

/** Whether an allowed ring has all these folders: a part of one is no new one. */
function isWithin(ring: string, allowed: readonly string[]): boolean {
  const folders = ring.split(', ');
  return allowed.some((each) => folders.every((folder) => each.split(', ').includes(folder)));
}

function linesOf(ring: string, arrows: Arrows): string[] {
  const folders = ring.split(', ');
  return folders.flatMap((one) => folders.flatMap((other) => arrows.get(one)?.get(other) ?? []));
}

const arrows = arrowsOf(globSync('**/*.ts', { cwd: SRC }));
const found = ringsIn(arrows);
const allowed: Rings = JSON.parse(readFileSync(ALLOWED, 'utf8'));
const added = [...new Set([...found.pairs, ...found.rings])].filter(
  (ring) => !isWithin(ring, ring.split(', ').length === 2 ? allowed.pairs : allowed.rings),
);
const gone = [
  ...allowed.pairs.filter((pair) => !found.pairs.includes(pair)),
  ...allowed.rings.filter((ring) => !found.rings.includes(ring)),
];
for (const ring of added) {
  console.error(`These import each other: ${ring}\n  ${linesOf(ring, arrows).join('\n  ')}`);
}
for (const ring of gone) console.error(`Not in a ring any more, take it off the list: ${ring}`);
if (added.length + gone.length > 0) {
  console.error(`\nThe rings there are:\n${JSON.stringify(found, undefined, 2)}`);
  process.exitCode = 1;
}
