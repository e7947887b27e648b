import { comparison, type Outcome } from './comparison.ts';
import type { Document } from './documents.ts';
import { Failures } from './failures.ts';
import { Job } from './job.ts';
import { announce } from './notices.ts';
import { Progress } from './progress.ts';
import { type Bare, openProviders, type Providers } from './providers.ts';
import { Report } from './report.ts';
import { bareStanding, standing } from './standing.ts';
import { entry } from './terminal.ts';

export interface RunOptions {
  readonly documents: readonly Document[];
  readonly faults: boolean;
  readonly signal: AbortSignal;
}

/** Summarizes the documents. Returns how many calls failed. */
export async function run({ documents, faults, signal }: RunOptions): Promise<number> {
  const providers = await openProviders(process.env, faults);
  try {
    return await runWith(providers, documents, signal);
  } finally {
    for (const { limiter } of providers.summarizers) limiter.close();
    await providers.close();
  }
}

/** Summaries and the closing tables go to stdout, all else to stderr. */
async function runWith(
  { summarizers, bare, description }: Providers,
  documents: readonly Document[],
  signal: AbortSignal,
): Promise<number> {
  const { stdout, stderr } = process;
  const say = (line: string): void => progress.above(() => stderr.write(`${line}\n`));
  const failures = new Failures(say);
  const job = new Job({
    documents,
    summarizers,
    signal,
    onSummary: (name, text) => progress.above(() => stdout.write(entry(name, text, stdout))),
    onFailure: (what, error) => failures.add(what, error),
  });
  const { tally } = job;
  const beside = bare && new BesideIt(bare, documents, signal);
  const snapshot = () => summarizers.flatMap(({ limiter }) => limiter.snapshot());
  const lines = (): string[] => {
    const line = standing(tally, snapshot());
    return beside === undefined ? [line] : [`bare     ${beside}`, `limited  ${line}`];
  };
  const progress = new Progress(lines, stderr);
  const report = new Report(summarizers);
  say(`Files: ${documents.length}, calls: ${tally.total}, ${description}`);
  for (const { limiter } of summarizers) announce(limiter, say);
  const bareOutcome = beside?.outcome();
  const ms = await timed(() => job.run());
  const bareEnd = await bareOutcome;
  progress.stop();
  const ending = signal.aborted ? 'Interrupted: ' : '';
  stderr.write(`\n${ending}${tally.done} of ${tally.total} calls done\n${failures}`);
  stdout.write(`\n${report}\n`);
  const refused = snapshot().reduce((sum, { totals }) => sum + totals.refused, 0);
  if (bareEnd !== undefined && !signal.aborted) {
    stdout.write(`\n${comparison(bareEnd, { tally, refused, ms })}\n`);
  }
  return tally.failed;
}

/** The same work at the same time, with bare clients. What they answer isn't shown. */
class BesideIt {
  readonly #bare: Bare;
  readonly #job: Job;
  #isOver = false;

  constructor(bare: Bare, documents: readonly Document[], signal: AbortSignal) {
    this.#bare = bare;
    const { summarizers } = bare;
    const none = (): void => {};
    this.#job = new Job({ documents, summarizers, signal, onSummary: none, onFailure: none });
  }

  async outcome(): Promise<Outcome> {
    const ms = await timed(() => this.#job.run());
    this.#isOver = true;
    return { tally: this.#job.tally, refused: this.#bare.refused(), ms };
  }

  toString(): string {
    return bareStanding(this.#job.tally, this.#bare.refused(), this.#isOver);
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
