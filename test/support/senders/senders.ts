import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Where the processes keep their limit; the rest are options of its store. */
export interface Kept {
  readonly kind: 'redis' | 'postgres';
  readonly url: string;
  readonly table?: string;
  readonly prefix?: string;
  readonly instances?: number;
  readonly leaseMs?: number;
  readonly commandTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
}

export interface Job {
  readonly id: string;
  readonly store: Kept;
  readonly limits: { dimension: 'requests'; max: number; windowMs: number }[];
  /** Where calls are sent. */
  readonly upstream: string;
  /** All at once. */
  readonly calls: number;
}

/** What one process has done. */
export interface Report {
  readonly id: string;
  /** When each request went out, in milliseconds since the epoch. */
  readonly sent: readonly number[];
  /** Errors of calls. */
  readonly failed: readonly string[];
  /** How often the store was lost. */
  readonly lost: number;
}

/** The header that says when a request went out: the upstream of a busy machine hears of it late. */
export const SENT_AT = 'x-sent-at';

/** The header that names the process. */
export const SENDER = 'x-sender';

const SCRIPT = fileURLToPath(new URL('./sender.ts', import.meta.url));

/** Real processes that share limits. */
export class Senders {
  readonly #children: readonly ChildProcess[];
  readonly #waiting = new Map<ChildProcess, Map<string, (report: Report) => void>>();
  readonly #ready: Promise<unknown>;

  constructor(processes: number) {
    this.#children = Array.from({ length: processes }, () => {
      return fork(SCRIPT, { execArgv: ['--no-warnings'] });
    });
    this.#ready = Promise.all(
      this.#children.map((child) => new Promise((resolve) => child.once('message', resolve))),
    );
    for (const child of this.#children) {
      const reports = new Map<string, (report: Report) => void>();
      this.#waiting.set(child, reports);
      child.on('message', (told: Report | 'ready') => {
        if (told !== 'ready') reports.get(told.id)?.(told);
      });
    }
  }

  get processes(): number {
    return this.#children.length;
  }

  /** Has all of them do the job at once; a job's id is its own. */
  async run(job: Job): Promise<readonly Report[]> {
    await this.#ready;
    return Promise.all(
      this.#children.map((child) => {
        const report = new Promise<Report>((resolve) => {
          this.#waiting.get(child)?.set(job.id, resolve);
        });
        child.send(job);
        return report;
      }),
    );
  }

  dispose(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }
}

/** The most that went out within any `windowMs`. */
export function mostWithin(windowMs: number, reports: readonly Report[]): number {
  const sent = reports.flatMap((report) => report.sent).sort((one, other) => one - other);
  let [most, first] = [0, 0];
  for (const [i, at] of sent.entries()) {
    while (sent[first]! <= at - windowMs) first += 1;
    most = Math.max(most, i - first + 1);
  }
  return most;
}
