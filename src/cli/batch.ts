/// <reference types="node" />
import { appendFileSync, writeFileSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import { HeadroomError } from '../errors.ts';
import type { RateLimiter } from '../limiter.ts';
import { recordReport } from '../report/report.ts';
import { expectTier, keyOf, limiterOf } from './account.ts';
import type { Arguments } from './arguments.ts';
import { BatchSession } from './batch-session.ts';
import { expectFiles, teller } from './checked-files.ts';
import { batchesOf, countOf, verbOf } from './count-of.ts';
import { CommandError, EXIT } from './exit-code.ts';
import type { Io } from './io.ts';
import { journalPath, openBatchesIn } from './journal-file.ts';
import { dollars, ProgressLine } from './progress-line.ts';
import { readEntries, type Survey, surveyOf } from './requests-file.ts';
import { type FoundResults, ResultsFile } from './results-file.ts';
import { clientBy, sendBy } from './send.ts';
import { steadySend } from './steady-send.ts';
import { sendViaBatch } from './via-batch.ts';

/** Sends all lines of a file that have no result yet. Resolves to the exit code. */
export async function runBatch(asked: Arguments, io: Io): Promise<number> {
  expectFiles(asked);
  const release = await io.claim?.(asked.output ?? '');
  try {
    return await runClaimed(asked, io);
  } finally {
    release?.();
  }
}

async function runClaimed(asked: Arguments, io: Io): Promise<number> {
  const { input = '', output = '', model, strict } = asked;
  await expectNoBatches(asked);
  // Whether it can be written is known before anything is sent.
  if (asked.report !== undefined) appendFileSync(asked.report, '');
  const results = await ResultsFile.open(output, { ...asked, write: io.write });
  try {
    tellFound(results.found, asked, io);
    const survey = await surveyOf(input, model, (id) => results.has(id), teller(io));
    if (strict && survey.unusable > 0) {
      throw new CommandError(
        `Nothing was sent, because of --strict: ${countOf(survey.unusable, 'line')} can't be used`,
      );
    }
    if (survey.usable === 0) return noneUsable(asked, io, survey);
    const isAllDone = survey.usable === survey.done;
    if (isAllDone && !asked.viaBatch && asked.report === undefined) {
      return nothingLeft(asked, io, survey, results.found);
    }
    return await sendAll(asked, io, results, survey);
  } finally {
    results.close();
  }
}

/**
 * Says that there is nothing to send. Returns the exit code.
 * @throws CommandError for a file of something else
 */
function noneUsable({ input, quiet }: Arguments, io: Io, { unusable }: Survey): number {
  if (unusable > 0) throw new CommandError('No line of the file can be used');
  if (!quiet) io.err(`There are no requests in ${input}\n`);
  return EXIT.fine;
}

/** Says that all is done. Returns the exit code. */
function nothingLeft(
  { output, quiet }: Arguments,
  io: Io,
  { done, unusable }: Survey,
  { failed }: FoundResults,
): number {
  if (!quiet)
    io.err(`Nothing to send: all ${countOf(done, 'request')} already have a result in ${output}\n`);
  return failed + unusable === 0 ? EXIT.fine : EXIT.someFailed;
}

async function sendAll(
  asked: Arguments,
  io: Io,
  results: ResultsFile,
  survey: Survey,
): Promise<number> {
  const { input = '', model, quiet, json, baseUrl, accountTier } = asked;
  const { form = 'openai', usable, done } = survey;
  expectTier(asked, form);
  const key = keyOf(form, asked, io);
  const { limiter, close } = await limiterOf(asked, io);
  const line = new ProgressLine(io, { quiet, json });
  const startedAt = (io.clock ?? systemClock).now();
  tellOfStore(limiter, line);
  try {
    const client = await clientBy({ limiter, form, key, baseUrl, accountTier, fetch: io.fetch });
    const send = steadySend(sendBy(client, form));
    const title = `${input} → ${asked.output}`;
    const report =
      asked.report === undefined ? undefined : recordReport(limiter, { title, toldResults: true });
    const { clock } = io;
    const session = new BatchSession({ limiter, send, results, line, report, clock });
    const stopListening = io.onInterrupt(() => session.interrupt());
    try {
      const way = { asked, io, client, limiter, session, results, line, survey };
      if (asked.viaBatch) await sendViaBatch(way);
      else await session.run(readEntries(input, model, survey), usable - done);
    } finally {
      stopListening();
      if (asked.report !== undefined && report !== undefined)
        writeReport(asked.report, report.html(), line);
    }
    const tookMs = (io.clock ?? systemClock).now() - startedAt;
    expectAllSent(session, usable - done - session.recorded, input);
    return await ended(asked, session, line, { survey, found: results.found, tookMs });
  } catch (error) {
    if (error instanceof HeadroomError) throw new CommandError(error.message, EXIT.stopped);
    throw error;
  } finally {
    await close();
  }
}

/** Processes that share limits may exceed them while they don't see each other. */
function tellOfStore(limiter: RateLimiter, line: ProgressLine): void {
  limiter.on('storeLost', ({ cause }) => {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    line.say(`--redis can't be reached${why}. This run goes on with its share of the limits`);
  });
  limiter.on('storeBack', () => line.say('--redis can be reached again'));
}

/** What was sent is recorded, whatever becomes of the report. */
function writeReport(path: string, html: string, line: ProgressLine): void {
  try {
    writeFileSync(path, html);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    line.say(`The report can't be written: ${why}`);
  }
}

/** The file is read a second time while its requests are sent. */
function expectAllSent(session: BatchSession, left: number, input: string): void {
  if (left <= 0) return;
  const why = `${countOf(left, 'request')} ${verbOf(left, 'is', 'are')} no longer there`;
  session.stop(new CommandError(`${input} was changed while it was read: ${why}`, EXIT.stopped));
}

/** Says how it ended. Returns the exit code. */
async function ended(
  { output = '', quiet, viaBatch, retryFailed }: Arguments,
  { failed, recorded, stopped, usd, refused }: BatchSession,
  line: ProgressLine,
  run: { readonly survey: Survey; readonly found: FoundResults; readonly tookMs: number },
): Promise<number> {
  const { done, unusable } = run.survey;
  const seconds = Math.round(run.tookMs / 1000);
  const cost = usd === undefined ? 'an unknown price' : dollars(usd);
  const all = `${recorded} recorded (${failed} failed), ${done} recorded before, ${unusable} unusable`;
  if (!quiet) line.say(`${all}; ${seconds} s, ${cost}, ${refused} 429s: ${output}`);
  if (stopped !== undefined) {
    const batches = viaBatch ? await openBatchesIn(journalPath(output)) : 0;
    const goOn = `${batchesOf(batches)} still ${verbOf(batches, 'runs', 'run')} at the provider. `;
    const open = batches > 0 ? goOn : '';
    line.say(`${stopped.message.replace(/\.$/, '')}. ${open}Run the same command again to resume`);
    return stopped.exitCode;
  }
  const isFine = failed + unusable + (retryFailed ? 0 : run.found.failed) === 0;
  return isFine ? EXIT.fine : EXIT.someFailed;
}

/** @throws CommandError where batches have calls that would be sent a second time */
async function expectNoBatches({ output = '', viaBatch }: Arguments): Promise<void> {
  const path = journalPath(output);
  const open = viaBatch ? 0 : await openBatchesIn(path);
  if (open === 0) return;
  const have = verbOf(open, 'has', 'have');
  const why = `${batchesOf(open)} of ${output} ${have} not been collected`;
  throw new CommandError(
    `${why}. Add --via batch-api to collect results, or remove ${path} to drop them`,
  );
}

function tellFound(
  { recorded, torn, unreadable }: FoundResults,
  { output, quiet }: Arguments,
  io: Io,
): void {
  if (recorded > 0 && !quiet)
    io.err(`${output} has ${countOf(recorded, 'result')}: these requests are not sent again\n`);
  if (torn !== 'none')
    io.err(`Its last line was incomplete: it was ${torn === 'cut' ? 'removed' : torn}\n`);
  if (unreadable.length > 0) {
    const lines = unreadable.length === 1 ? 'Line' : 'Lines';
    io.err(`${lines} ${unreadable.join(', ')} of ${output}: not a result, left unchanged\n`);
  }
}
