import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleOptions, runExample } from './run-example.ts';

const run = (options?: ExampleOptions) => runExample('summarise/main.ts', options);

/** A text of `parts` chunks: each paragraph is more than half of the most that one takes. */
const textOf = (parts: number): string =>
  Array.from({ length: parts }, (_, index) => `Part ${index} ${'of many words '.repeat(90)}`).join(
    '\n\n',
  );

let directory: string;
const fileOf = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'summarise-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the main job', () => {
  it('summarizes files through both providers, held back but never refused', async () => {
    const long = fileOf('long.md', textOf(26));
    const other = fileOf('other.md', textOf(26));
    const { exitCode, stdout, stderr } = await run({ args: [long, other] });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining('54 of 54 calls done'),
    });
    expect(stderr).toContain('gpt-4o-mini: calls are held back (requests)');
    expect(stderr).toContain('claude-haiku-4-5: calls are held back (inputTokens)');
    for (const file of [long, other]) expect(stdout).toContain(`${file}: Part 0 of many words`);
    for (const model of ['gpt-4o-mini', 'claude-haiku-4-5']) {
      expect(stdout).toMatch(
        new RegExp(`^${model} +27 +\\d+ +0 +0\\.0 s +[\\d,]+ +[\\d,]+ +\\d+ %$`, 'm'),
      );
    }
    expect(stdout).toMatch(/^bare clients +\d+ +\d+ +[1-9]\d* +\d+\.\d s$/m);
    expect(stdout).toMatch(/^with llm-headroom +54 +0 +0 +\d+\.\d s$/m);
    expect(stdout).toMatch(
      /^Saved: \d+ calls that the bare clients lost, and [1-9]\d* refusals\.$/m,
    );
  });

  it('tells of pauses and of calls that failed, and goes on', async () => {
    const args = ['--faults', fileOf('long.md', textOf(6))];
    const { exitCode, stdout, stderr } = await run({ args });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/long\.md, part \d failed: terminated/);
    expect(stderr).toContain('gpt-4o-mini: paused for 1.0 s, the provider has answered 429');
    expect(stderr).toMatch(/gpt-4o-mini: resumed after \d+\.\d s/);
    expect(stderr).toContain('6 of 7 calls done\n1 failed: terminated');
    expect(stdout).toMatch(/long\.md: Part \d of many words/);
    expect(stdout).toMatch(/^gpt-4o-mini +8 +\d+ +1 /m);
    expect(stdout).not.toContain('bare clients');
  });

  it('ends with the table so far and exit code 130 when Ctrl-C is pressed', async () => {
    const { exitCode, stdout, stderr } = await run({ interruptAt: 'calls are held back' });
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/^Interrupted: \d+ of \d+ calls done$/m);
    expect(stderr).not.toMatch(/failed|Error|^ +at /m);
    expect(stdout).toMatch(/^model +calls/m);
    expect(stdout).toMatch(/^gpt-4o-mini +\d+ /m);
  });

  it.each([
    [
      'a file that does not exist',
      ['nowhere.md'],
      "Can't read nowhere.md: there is no such file\n",
    ],
    ['a directory', ['src'], "Can't read src: it is a directory\n"],
    ['an unknown option', ['--nope'], "Unknown option '--nope'. See `npm start -- --help`\n"],
  ])('rejects %s with exit code 2, and sends nothing', async (_, args, stderr) => {
    expect(await run({ args })).toEqual({ exitCode: 2, stdout: '', stderr });
  });

  it('rejects a file without text', async () => {
    const args = [fileOf('blank.md', ' \n\n ')];
    expect(await run({ args })).toMatchObject({ exitCode: 2, stderr: `${args[0]} is empty\n` });
  });

  it('says how it is used', async () => {
    const { exitCode, stdout } = await run({ args: ['--help'] });
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining('npm start'),
    });
  });
});
