/// <reference types="node" />
import { statSync } from 'node:fs';
import { CommandError } from './exit-code.ts';
import type { Io } from './io.ts';

/** Of lines that can't be used, so many are named. */
const MOST_TOLD = 20;

/** @throws CommandError for an input that isn't there, or that would be overwritten */
export function expectFiles(input: string, output?: string): void {
  const found = statSync(input, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new CommandError(`There is no file ${input}`);
  const other = output === undefined ? undefined : statSync(output, { throwIfNoEntry: false });
  if (other?.ino === found.ino && other.dev === found.dev) {
    throw new CommandError(
      'The results would be appended to the file of requests: name another file',
    );
  }
}

/** Names the first lines that can't be used. */
export function teller(io: Pick<Io, 'err'>): (number: number, problem: string) => void {
  let told = 0;
  return (number, problem) => {
    if (told++ < MOST_TOLD) io.err(`Line ${number} can't be used: ${problem}\n`);
    else if (told === MOST_TOLD + 1) io.err("More lines can't be used; they are not listed\n");
  };
}
