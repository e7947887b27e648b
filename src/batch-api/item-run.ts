import type { MapResult } from '../batch/results.ts';
import { Teller } from '../batch/teller.ts';
import { named, nameOfItem } from '../call-names.ts';
import { isObject, textField } from '../model/json.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlannedCall } from '../plan/planned-call.ts';
import { hostOfPreset } from '../providers/host.ts';
import { expected } from '../validate.ts';
import { BatchApiRun } from './batch-api-run.ts';
import { BatchedCallFailed } from './call-failed.ts';
import { HandOut } from './hand-out.ts';
import type { BatchApiProgress, BatchItemResult, BatchOptions } from './item-options.ts';
import { ItemTally, type ItemTallyHost } from './item-tally.ts';
import { Journal } from './journal.ts';
import { atLastMoment } from './last-moment.ts';
import { pathUnder } from './path-under.ts';
import { type Split, splitFor } from './split.ts';
import type { BatchCall, BatchOutcome } from './vendor.ts';
import { isSuccess } from './vendor.ts';
import { vendorOf } from './vendor-of.ts';

/** A client that sends calls within the limits. */
export interface LiveClient {
  readonly baseURL: string;
  post(path: string, options: object): PromiseLike<unknown>;
}

/** What batches of items need of their limiter. */
export interface ItemHost extends ItemTallyHost {
  map<Each, Value>(
    items: Iterable<Each>,
    fn: (item: Each, context: { readonly signal: AbortSignal }) => PromiseLike<Value>,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<MapResult<Each, Value>>;
  /** How long calls take live; `durationMs` is `undefined` where nobody knows. */
  plan(calls: readonly PlannedCall[]): Promise<Pick<Plan, 'durationMs'>>;
}

interface Pending<Item> {
  readonly index: number;
  readonly item: Item;
  readonly call: BatchCall;
}

const TELL_MS = 10_000;

/** Sends items in batches, and live what these leave. Their results are handed out as they come. */
export class ItemRun<Item, Value> {
  readonly #host: ItemHost;
  readonly #client: LiveClient;
  readonly #options: BatchOptions<Item>;
  /** What has no result yet. */
  readonly #pending = new Map<string, Pending<Item>>();
  readonly #atOnce = new Set<string>();
  readonly #out = new HandOut<BatchItemResult<Item, Value>>();
  readonly #over = new AbortController();
  readonly #run: BatchApiRun;
  readonly #teller: Teller<BatchApiProgress>;
  #tally: ItemTally | undefined;
  #stopFallback: () => void = () => {};

  constructor(host: ItemHost, client: LiveClient, options: BatchOptions<Item>) {
    this.#host = host;
    this.#client = client;
    this.#options = options;
    const { journal: store, batchSize } = options;
    this.#run = new BatchApiRun({
      vendor: vendorOf(client),
      journal: new Journal(store ?? { append: () => {} }, store?.lines),
      clock: host.clock,
      limits: { requests: batchSize },
      calls: () => this.#calls(),
      isDone: (id) => !this.#pending.has(id),
      record: (id, outcome) => this.#record(id, outcome),
      flush: () => this.#out.taken(),
      say: () => {},
    });
    this.#teller = new Teller({
      clock: host.clock,
      everyMs: TELL_MS,
      listener: options.onProgress,
      progress: () => this.#tally?.progress(this.#pending.size, this.#run.progress),
    });
  }

  async *results(
    items: Iterable<Item> | AsyncIterable<Item>,
  ): AsyncGenerator<BatchItemResult<Item, Value>, void> {
    const { signal } = this.#options;
    const abort = (): void => this.stop(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await this.#read(items);
      this.#work().then(
        () => this.#out.end(),
        (reason: unknown) => this.#out.end({ reason }),
      );
      yield* this.#out.results();
    } finally {
      signal?.removeEventListener('abort', abort);
      this.stop(new DOMException('The results are no longer wanted', 'AbortError'));
      this.#stopFallback();
      this.#teller.end();
      this.#tally?.stop();
    }
  }

  /** Batches that were submitted go on at the provider. */
  stop(reason: unknown): void {
    this.#out.end({ reason });
    this.#run.stop(reason);
    this.#over.abort(reason);
  }

  /** All items are in memory: a batch shows nothing before its end. */
  async #read(items: Iterable<Item> | AsyncIterable<Item>): Promise<void> {
    const { request, url = '/v1/chat/completions', id: nameOf } = this.#options;
    let index = 0;
    for await (const item of items) {
      const body = request(item, index);
      if (!isObject(body)) throw expected('request(item)', 'an object', body);
      const id = nameOf?.(item, index) ?? String(index);
      if (this.#pending.has(id)) throw expected('id(item)', 'unique', id);
      this.#pending.set(id, { index, item, call: { id, url: this.#url(url), body } });
      index++;
    }
    this.#tally = new ItemTally(this.#host, index);
    this.#teller.begin();
  }

  #url(given: string): string {
    return 'messages' in this.#client ? '/v1/messages' : given;
  }

  async #work(): Promise<void> {
    const { liveShare, fallbackMs } = await this.#split();
    const all = [...this.#pending.values()].filter(({ call }) => !this.#run.isOpen(call.id));
    const first = all.slice(0, Math.floor(all.length * liveShare));
    for (const { call } of first) this.#atOnce.add(call.id);
    if (fallbackMs !== undefined) this.#fallBackAfter(fallbackMs, this.#pending.size);
    await Promise.all([this.#run.run(), this.#live(first)]);
    await this.#live([...this.#pending.values()]);
  }

  #liveMs = 0;

  async #split(): Promise<Split> {
    const { deadlineMs } = this.#options;
    if (deadlineMs === undefined) return { liveShare: 0, fallbackMs: undefined };
    const { durationMs: liveMs } = await this.#host.plan(this.#planned());
    if (liveMs === undefined)
      throw expected('limits', 'given or learned, which `deadlineMs` needs', undefined);
    this.#liveMs = liveMs;
    return splitFor(liveMs, deadlineMs);
  }

  #planned(): PlannedCall[] {
    const { host } = new URL(this.#client.baseURL);
    return [...this.#pending.values()].map(({ call: { url: path, body } }) => {
      const home = path === '/v1/messages' ? 'anthropic' : 'openai';
      const provider = hostOfPreset(host, home) === undefined ? 'compatible' : home;
      return { provider, path, body, host };
    });
  }

  /** Has batches end while there is still time to send live what they leave. */
  #fallBackAfter(ms: number, total: number): void {
    const { clock } = this.#host;
    const liveMs = this.#liveMs;
    const left = (): number => this.#pending.size / total;
    const deadline = { dueAt: clock.now() + ms + liveMs, liveMs, left };
    this.#stopFallback = atLastMoment(clock, deadline, () => this.#run.cancel());
  }

  async *#calls(): AsyncGenerator<BatchCall, void> {
    for (const { call } of [...this.#pending.values()]) {
      if (!this.#atOnce.has(call.id)) yield call;
    }
  }

  async #live(items: readonly Pending<Item>[]): Promise<void> {
    if (items.length === 0) return;
    const send = async (
      { index, call: { url, body } }: Pending<Item>,
      { signal }: { readonly signal: AbortSignal },
    ): Promise<Value> => {
      const path = pathUnder(this.#client.baseURL, url);
      // The caller knows what the endpoint answers.
      const post = () => this.#client.post(path, { body, signal });
      return (await named(nameOfItem(index), post)) as Value;
    };
    for await (const result of this.#host.map(items, send, { signal: this.#over.signal })) {
      const { call, index, item } = result.item;
      this.#pending.delete(call.id);
      const end = 'error' in result ? { error: result.error } : { value: result.value };
      this.#give({ index, item, via: 'live', ...end });
    }
  }

  #record(id: string, { status, body }: BatchOutcome & { kind: 'answered' }): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    const { index, item, call } = pending;
    this.#pending.delete(id);
    if (!isSuccess(status)) {
      this.#give({ index, item, via: 'batch', error: new BatchedCallFailed(status, body) });
      return;
    }
    this.#tally?.bill(textField(call.body, 'model'), body);
    this.#give({ index, item, via: 'batch', value: body as Value });
  }

  #give(result: BatchItemResult<Item, Value>): void {
    this.#tally?.count('error' in result);
    this.#out.give(result);
  }
}
