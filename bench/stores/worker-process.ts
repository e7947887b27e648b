import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Kept } from './open-limiter.ts';

/** A process that is told in lines what to do, and answers in lines. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(script: string, job: Kept) {
    const path = join(import.meta.dirname, script);
    const child = spawn(process.execPath, ['--no-warnings', path, JSON.stringify(job)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line. Throws where there will be none. */
  async next(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('A process has ended before its time');
    return line.value;
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
