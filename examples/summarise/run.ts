import type { Document } from './documents.ts';
import { Failures } from './failures.ts';
import { Job } from './job.ts';
import { announce } from './notices.ts';
import { Progress } from './progress.ts';
import { openProviders, type Providers } from './providers.ts';
import { Report } from './report.ts';
import { entry } from './terminal.ts';

export interface RunOptions {
  readonly documents: readonly Document[];
  readonly faults: boolean;
  readonly signal: AbortSignal;
}

/** Summarises the documents. Returns how many calls failed. */
export async function run({ documents, faults, signal }: RunOptions): Promise<number> {
  const providers = await openProviders(process.env, faults);
  try {
    return await runWith(providers, documents, signal);
  } finally {
    for (const { limiter } of providers.summarisers) limiter.close();
    await providers.close();
  }
}

/** Summaries and the closing table go to stdout, all else to stderr. */
async function runWith(
  { summarisers, description }: Providers,
  documents: readonly Document[],
  signal: AbortSignal,
): Promise<number> {
  const { stdout, stderr } = process;
  const say = (line: string): void => progress.above(() => stderr.write(`${line}\n`));
  const failures = new Failures(say);
  const job = new Job({
    documents,
    summarisers,
    signal,
    onSummary: (name, text) => progress.above(() => stdout.write(entry(name, text, stdout))),
    onFailure: (what, error) => failures.add(what, error),
  });
  const { tally } = job;
  const snapshot = () => summarisers.flatMap(({ limiter }) => limiter.snapshot());
  const progress = new Progress({ tally, snapshot }, stderr);
  const report = new Report(summarisers);
  say(`Files: ${documents.length}, calls: ${tally.total}, ${description}`);
  for (const { limiter } of summarisers) announce(limiter, say);
  await job.run();
  progress.stop();
  const outcome = signal.aborted ? 'Interrupted: ' : '';
  stderr.write(`\n${outcome}${tally.done} of ${tally.total} calls done\n${failures}`);
  stdout.write(`\n${report}\n`);
  return tally.failed;
}
