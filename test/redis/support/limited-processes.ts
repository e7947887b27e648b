import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RateLimiterOptions } from '../../../src/options.ts';
import type { LateSpell } from './late-spells.ts';

/** What one process is to do. */
export interface Job {
  readonly name: string;
  readonly redisUrl: string;
  readonly upstreamUrl: string;
  readonly prefix: string;
  readonly calls: number;
  /** How long its calls come. */
  readonly overMs: number;
  readonly limits: Pick<
    RateLimiterOptions,
    'limits' | 'enforcement' | 'burstSeconds' | 'concurrency'
  >;
}

/** A call that was sent upstream and answered. Times are in milliseconds since the epoch. */
export interface Sent {
  readonly name: string;
  readonly arrivedAt: number;
  /** By Redis's clock; `undefined` where it was not asked. */
  readonly grantedAt: number | undefined;
  readonly heardAt: number;
  readonly status: number;
  /** Of a refusal. */
  readonly text: string;
}

/** What a process tells. */
export type Told = { readonly sent: Sent } | { readonly late: LateSpell };

/** Calls that each makes before it begins. */
export const WARM_UP = 50;

const SCRIPT = fileURLToPath(new URL('./limited-process.ts', import.meta.url));

/** Real processes that share a limit. */
export class LimitedProcesses {
  readonly sent: Sent[] = [];
  /** When one of them came late for what it was to do. */
  readonly late: LateSpell[] = [];
  readonly #children = new Map<string, ChildProcess>();
  readonly #ends: Promise<unknown>[] = [];

  /** Starts one for each job, all at once when all are there. Returns when they have begun. */
  async start(jobs: readonly Job[]): Promise<void> {
    const children = jobs.map((job) => {
      const child = fork(SCRIPT, { execArgv: ['--no-warnings'] });
      const ready = new Promise((resolve) => child.once('message', resolve));
      this.#children.set(job.name, child);
      this.#ends.push(new Promise((resolve) => child.once('exit', resolve)));
      child.send(job);
      return { child, ready };
    });
    await Promise.all(children.map(({ ready }) => ready));
    for (const { child } of children) {
      child.on('message', (told: Told) => {
        if ('sent' in told) this.sent.push(told.sent);
        else this.late.push(told.late);
      });
      child.send('go');
    }
  }

  kill(name: string): void {
    this.#children.get(name)?.kill('SIGKILL');
  }

  async ended(): Promise<void> {
    await Promise.all(this.#ends);
  }

  dispose(): void {
    for (const child of this.#children.values()) child.kill('SIGKILL');
  }
}
