/// <reference types="node" />
import { type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError } from './exit-code.ts';
import type { Io } from './io.ts';

/** Of lines that can't be used, so many are named. */
const MOST_TOLD = 20;

export interface NamedFiles {
  readonly input?: string | undefined;
  readonly output?: string | undefined;
  readonly report?: string | undefined;
}

/** @throws CommandError for an input that isn't there, or files that would overwrite each other */
export function expectFiles({ input = '', output, report }: NamedFiles): void {
  const found = statOf(input);
  if (input === '-' || isPipe(found)) {
    throw new CommandError('A pipe can only be read once: save the requests in a file first');
  }
  if (found === undefined) throw new CommandError(`There is no file '${input}'`);
  if (!found.isFile()) throw new CommandError(`'${input}' is not a file`);
  expectFile('-o', output);
  expectFile('--report', report);
  if (output !== undefined && isSame(input, output)) {
    throw new CommandError(
      'The results would be appended to the file of requests: name another file',
    );
  }
  const isTaken = [input, output].some((path) => path && report && isSame(path, report));
  if (isTaken) throw new CommandError(`--report would overwrite ${report}: name another file`);
}

/** @throws CommandError for what results or a report can't be kept in */
function expectFile(option: string, path: string | undefined): void {
  const found = path === undefined ? undefined : statOf(path);
  if (path === '-' || found?.isFile() === false)
    throw new CommandError(`${option} must name a file, not '${path}'`);
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function isPipe(found: Stats | undefined): boolean {
  return (
    found?.isFIFO() === true || found?.isCharacterDevice() === true || found?.isSocket() === true
  );
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [statOf(one), statOf(other)];
  if (first === undefined || second === undefined) return resolve(one) === resolve(other);
  return first.ino === second.ino && first.dev === second.dev;
}

/** Names the first lines that can't be used. */
export function teller(io: Pick<Io, 'err'>): (number: number, problem: string) => void {
  let told = 0;
  return (number, problem) => {
    if (told++ < MOST_TOLD) io.err(`Line ${number} can't be used: ${problem}\n`);
    else if (told === MOST_TOLD + 1) io.err("More lines can't be used; they are not listed\n");
  };
}
