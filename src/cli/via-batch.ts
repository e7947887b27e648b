import { BatchApiRun } from '../batch-api/batch-api-run.ts';
import { atLastMoment } from '../batch-api/last-moment.ts';
import { type Split, splitFor } from '../batch-api/split.ts';
import { type BatchCall, isSuccess } from '../batch-api/vendor.ts';
import { vendorOf } from '../batch-api/vendor-of.ts';
import { systemClock } from '../clock.ts';
import { usageOf } from '../http/usage.ts';
import type { RateLimiter } from '../limiter.ts';
import { field, textField } from '../model/json.ts';
import { BATCH_PRICE } from '../providers/batch-price.ts';
import { usdOf } from '../providers/usd-of.ts';
import type { Arguments } from './arguments.ts';
import { BatchPurse } from './batch-purse.ts';
import type { BatchSession } from './batch-session.ts';
import { countOf, verbOf } from './count-of.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { IdSet } from './id-set.ts';
import type { Io } from './io.ts';
import { JournalFile, journalPath } from './journal-file.ts';
import { liveMsOf } from './plan.ts';
import type { ProgressLine } from './progress-line.ts';
import { type Entry, readEntries, type Survey } from './requests-file.ts';
import type { ResultsFile } from './results-file.ts';
import type { Client } from './send.ts';

export interface ViaBatch {
  readonly asked: Arguments;
  readonly io: Io;
  readonly client: Client;
  readonly limiter: RateLimiter;
  readonly session: BatchSession;
  readonly results: ResultsFile;
  readonly line: ProgressLine;
  readonly survey: Survey;
}

const SHOW_MS = 10_000;
/** Of one batch: it is in memory, a few times over, until it is submitted. */
const BATCH_BYTES = 4_000_000;
const KEEPS = 'otherwise the deadline would be missed';
const REFUSED = 'The provider accepts no batches';

/**
 * Sends all lines without a result in batches, and live what these leave. With a deadline, a part
 * goes live at once, or what has no result at the last moment.
 */
export async function sendViaBatch(via: ViaBatch): Promise<void> {
  const { asked, io } = via;
  const file = await JournalFile.open(journalPath(asked.output ?? ''), io.write);
  try {
    const way = new BatchWay(via, file);
    await way.run();
  } finally {
    const { usable } = via.survey;
    file.close(via.results.size >= usable);
  }
}

class BatchWay {
  readonly #via: ViaBatch;
  readonly #run: BatchApiRun;
  readonly #purse: BatchPurse | undefined;
  readonly #clock: NonNullable<Io['clock']>;
  #stopShowing: () => void = () => {};
  #stopFallback: () => void = () => {};
  /** How long all takes live. */
  #liveMs: number | undefined;
  /** Lines up to this one go live at once. */
  #liveUntil = 0;

  constructor(via: ViaBatch, { journal }: JournalFile) {
    const { asked, io, client, limiter, session, results, survey } = via;
    this.#via = via;
    this.#clock = io.clock ?? systemClock;
    const { form = 'openai' } = survey;
    const { maxUsd } = asked;
    this.#purse =
      maxUsd === undefined ? undefined : new BatchPurse(limiter, maxUsd, form, client.baseURL);
    this.#run = new BatchApiRun({
      vendor: vendorOf(client),
      journal,
      clock: this.#clock,
      limits: { requests: asked.batchSize, bytes: BATCH_BYTES },
      purse: this.#purse,
      open: new IdSet(),
      calls: () => this.#calls(),
      isDone: (id) => results.has(id),
      record: (customId, { status, requestId, body }) => {
        const outcome = {
          kind: 'answered',
          status,
          requestId,
          body: JSON.stringify(body),
        } as const;
        session.record({ form, customId }, outcome, { via: 'batch' });
        // A call that has failed costs nothing.
        if (isSuccess(status)) this.#spend(body);
      },
      flush: () => results.sync(),
      say: (text) => this.#say(text),
    });
  }

  async run(): Promise<void> {
    const { session, survey } = this.#via;
    const missing = survey.usable - survey.done;
    const split = await this.#split(missing);
    const atOnce = Math.floor(missing * split.liveShare);
    this.#liveUntil = await this.#lineAfter(atOnce);
    if (atOnce > 0)
      this.#say(
        `${atOnce} of ${countOf(missing, 'request')} ${verbOf(atOnce, 'is', 'are')} sent live now: ${KEEPS}`,
      );
    session.onStop = (why) => this.#run.stop(why);
    this.#showSoon();
    if (split.fallbackMs !== undefined) this.#fallBackAfter(split.fallbackMs, missing);
    try {
      const batches = this.#run.run().catch((error: unknown) => session.stop(stopFor(error)));
      const isFirst = ({ number }: Entry): boolean => number <= this.#liveUntil;
      if (atOnce > 0) await session.run(this.#live(isFirst), atOnce);
      await batches;
    } finally {
      this.#stopShowing();
      this.#stopFallback();
    }
    const left = missing - session.recorded;
    if (left === 0 || session.stopped !== undefined) return;
    if (this.#run.isShort) {
      const rest = `${countOf(left, 'request')} ${verbOf(left, 'is', 'are')} left`;
      session.stop(new CommandError(`--max-usd has no room for more: ${rest}`, EXIT.stopped));
      return;
    }
    this.#say(
      `${countOf(left, 'request')} ${verbOf(left, 'is', 'are')} sent live: no batch answered ${left === 1 ? 'it' : 'them'}`,
    );
    await session.run(
      this.#live(() => true),
      left,
    );
  }

  async #split(missing: number): Promise<Split> {
    const { asked, io, limiter, session, survey } = this.#via;
    if (asked.deadlineMs === undefined || missing === 0) {
      return { liveShare: 0, fallbackMs: undefined };
    }
    this.#liveMs = await liveMsOf(asked, io, survey);
    if (this.#liveMs === undefined) {
      await this.#seeLimits();
      if (session.stopped !== undefined) throw session.stopped;
      this.#liveMs = await liveMsOf(asked, io, survey, limiter);
    }
    if (this.#liveMs !== undefined) return splitFor(this.#liveMs, asked.deadlineMs);
    throw new CommandError(
      '--deadline needs limits, but responses show none: give --limits, such as rpm=500,tpm=200000',
      EXIT.stopped,
    );
  }

  /** One request of each model shows its limits, and has its result. */
  async #seeLimits(): Promise<void> {
    this.#say('The limits are unknown: one request of each model is sent live, to see them');
    const seen = new Set<string>();
    const isFirst = (entry: Entry): boolean => {
      const model = textField(entry.request.body, 'model');
      return seen.size < seen.add(model).size;
    };
    await this.#via.session.run(this.#live(isFirst), 1);
  }

  /** The number of the line before which so many have neither a result nor a batch. */
  async #lineAfter(count: number): Promise<number> {
    let seen = 0;
    if (count > 0) {
      for await (const { number } of this.#live(() => true)) if (++seen === count) return number;
    }
    return 0;
  }

  #entries(): AsyncGenerator<Entry, void> {
    const { asked, survey } = this.#via;
    return readEntries(asked.input ?? '', asked.model, survey);
  }

  async *#calls(): AsyncGenerator<BatchCall, void> {
    for await (const { number, request } of this.#entries()) {
      if (number <= this.#liveUntil) continue;
      const { customId: id, url, body } = request;
      yield { id, url, body };
    }
  }

  /** What has no result, and is in no batch. */
  async *#live(belongs: (entry: Entry) => boolean): AsyncGenerator<Entry, void> {
    const { results } = this.#via;
    for await (const entry of this.#entries()) {
      if (!belongs(entry)) continue;
      const { customId } = entry.request;
      if (!results.has(customId) && !this.#run.isOpen(customId)) yield entry;
    }
  }

  /** Has batches end while there is still time to send live what they leave. */
  #fallBackAfter(ms: number, missing: number): void {
    const { session } = this.#via;
    const liveMs = this.#liveMs ?? 0;
    const left = (): number => (missing - session.recorded) / missing;
    const deadline = { dueAt: this.#clock.now() + ms + liveMs, liveMs, left };
    this.#stopFallback = atLastMoment(this.#clock, deadline, () => {
      this.#say(
        'The deadline is near: batches are canceled, and their open requests are sent live',
      );
      this.#run.cancel();
    });
  }

  #spend(body: unknown): void {
    const usage = usageOf(body);
    const usd = usage && usdOf(textField(body, 'model'), usage, this.#via.limiter.prices);
    const paid = usd === undefined ? undefined : usd * BATCH_PRICE;
    this.#via.session.spend(paid);
    this.#purse?.spend(paid ?? 0);
  }

  #say(text: string): void {
    if (!this.#via.asked.quiet) this.#via.line.say(text);
  }

  #showSoon(): void {
    this.#stopShowing = this.#clock.setTimeout(() => {
      this.#via.line.showBatches(this.#run.progress);
      this.#showSoon();
    }, SHOW_MS);
  }
}

function stopFor(error: unknown): unknown {
  const status = field(error, 'status');
  if (typeof status !== 'number') return error;
  const message = error instanceof Error ? error.message : String(error);
  const what = status === 404 || status === 405 ? 'This host has no Batch API' : REFUSED;
  return new CommandError(`${what}: ${message}`, EXIT.stopped);
}
