// The command loads an SDK when it is needed. On a busy machine, that takes longer than virtual time waits.
import '@anthropic-ai/sdk';
import 'openai';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import type { Io } from '../../../src/cli/io.ts';
import type { Simulator, VirtualClock } from '../../../src/testing/index.ts';

/** In memory where a file system is: the command has each result written before it goes on. */
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A folder with files of a batch, and the command in this process. */
export class World {
  readonly folder: string = mkdtempSync(join(PLACE, 'llm-headroom-cli-'));
  out = '';
  err = '';

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  said(where: 'out' | 'err', text: string): void {
    this[where] += text;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, lines: readonly (object | string)[], end = '\n'): void {
    const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    writeFileSync(this.path(name), texts.join('\n') + (texts.length > 0 ? end : ''));
  }

  text(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into results
  results(name = 'out.jsonl'): any[] {
    const lines = this.text(name).split('\n');
    return lines.slice(0, -1).map((line) => JSON.parse(line));
  }

  /** Runs the command on files of the folder; names that end in `.jsonl` are meant. */
  run(args: string, io: Partial<Io> = {}): Promise<number> {
    const argv = args
      .split(' ')
      .filter((arg) => arg !== '')
      .map((arg) => (arg.endsWith('.jsonl') ? this.path(arg) : arg));
    return runCommand(argv, {
      env: { OPENAI_API_KEY: 'o', ANTHROPIC_API_KEY: 'a' },
      isTerminal: false,
      out: (text) => this.said('out', text),
      err: (text) => this.said('err', text),
      onInterrupt: () => () => {},
      ...io,
    });
  }

  /** The same, in virtual time, against a simulated provider. */
  sent(
    args: string,
    clock: VirtualClock,
    { fetch }: Pick<Simulator, 'fetch'>,
    io: Partial<Io> = {},
  ): Promise<number> {
    return clock.run(this.run(args, { clock, fetch, ...io }));
  }
}

export function openaiLine(id: string, more: object = {}): object {
  const messages = [{ role: 'user', content: `Item ${id}` }];
  const body = { model: 'gpt-4o-mini', max_completion_tokens: 16, messages, ...more };
  return { custom_id: id, method: 'POST', url: '/v1/chat/completions', body };
}

export function anthropicLine(id: string, more: object = {}): object {
  const messages = [{ role: 'user', content: `Item ${id}` }];
  return {
    custom_id: id,
    params: { model: 'claude-haiku-4-5', max_tokens: 16, messages, ...more },
  };
}

export function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `id-${index}`);
}
