import { keysOf, member, stringMember, textField } from '../model/json.ts';
import type { PackedLines } from './packed-lines.ts';
import type {
  BatchCall,
  BatchOutcome,
  BatchResult,
  BatchState,
  BatchVendor,
  FoundBatch,
  PlannedBatch,
} from './vendor.ts';
import { idOf, isBefore, isPassing, ONCE, saysMoney } from './vendor.ts';

/** The SDK's client, as far as it is used. */
export interface AnthropicBatchClient {
  readonly messages: {
    readonly batches: {
      create(
        body: { requests: never[] },
        options: { maxRetries: number },
      ): PromiseLike<{ id: string }>;
      retrieve(id: string): PromiseLike<object>;
      results(id: string): PromiseLike<AsyncIterable<object>>;
      cancel(id: string): PromiseLike<unknown>;
      list(query: { limit: number }): AsyncIterable<object>;
    };
  };
}

/** The statuses of errors, by their types (API reference, 2026-11). */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  timeout_error: 504,
  overloaded_error: 529,
};

/** Anthropic's Message Batches. Limits are those of its reference (2026-11). */
export class AnthropicVendor implements BatchVendor {
  readonly limits = { requests: 100_000, bytes: 256_000_000 };
  readonly #batches: AnthropicBatchClient['messages']['batches'];

  constructor(client: AnthropicBatchClient) {
    this.#batches = client.messages.batches;
  }

  groupOf(): string {
    return '';
  }

  wireLine({ body }: BatchCall, wireId: string): string {
    return JSON.stringify({ custom_id: wireId, params: body });
  }

  async submit(_plan: PlannedBatch, _url: string, lines: PackedLines): Promise<string> {
    // The server is asked whether it takes them, as it is of live calls.
    const requests = Array.from(lines, (line) => JSON.parse(line) as never);
    return idOf(await this.#batches.create({ requests }, ONCE));
  }

  /**
   * A batch shows nothing of ours before its results: until then, each with as many calls from that
   * time may be it.
   */
  async find(plan: PlannedBatch, known: ReadonlySet<string>): Promise<FoundBatch> {
    let isUnclear = false;
    for await (const batch of this.#batches.list({ limit: 100 })) {
      if (isBefore(plan, Date.parse(textField(batch, 'created_at')))) break;
      const id = textField(batch, 'id');
      if (known.has(id) || sizeOf(batch) !== plan.ids.length) continue;
      if (textField(batch, 'processing_status') !== 'ended') isUnclear = true;
      else if (await this.#isOf(plan, id)) return { batch: id };
    }
    return isUnclear ? 'unclear' : 'none';
  }

  async #isOf({ token }: PlannedBatch, id: string): Promise<boolean> {
    for await (const result of await this.#batches.results(id)) {
      return textField(result, 'custom_id').startsWith(`${token}-`);
    }
    return false;
  }

  async state(id: string): Promise<BatchState> {
    const batch = await this.#batches.retrieve(id);
    if (textField(batch, 'processing_status') === 'ended') {
      const succeeded = member(batch, 'request_counts', 'succeeded');
      return { kind: 'ended', succeeded: Number(succeeded) || 0 };
    }
    const processing = Number(member(batch, 'request_counts', 'processing')) || 0;
    return { kind: 'running', ended: sizeOf(batch) - processing };
  }

  async *results(id: string): AsyncGenerator<BatchResult, void> {
    for await (const result of await this.#batches.results(id)) {
      yield { wireId: textField(result, 'custom_id'), outcome: outcomeOf(result) };
    }
  }

  async cancel(id: string): Promise<void> {
    await this.#batches.cancel(id);
  }

  /** There is no file, and the results stay: they were paid for. */
  async tidy(): Promise<void> {}
}

function sizeOf(batch: unknown): number {
  const counts = member(batch, 'request_counts');
  return keysOf(counts).reduce((sum, name) => sum + (Number(member(counts, name)) || 0), 0);
}

function outcomeOf(line: unknown): BatchOutcome {
  const type = stringMember(line, 'result', 'type');
  if (type === 'succeeded') {
    return {
      kind: 'answered',
      status: 200,
      requestId: '',
      body: member(line, 'result', 'message'),
    };
  }
  if (type !== 'errored') return { kind: 'unanswered' };
  const body = member(line, 'result', 'error');
  const name = stringMember(body, 'error', 'type') ?? stringMember(body, 'type') ?? '';
  const status = STATUSES[name] ?? 500;
  if (isPassing(status) || saysMoney(body)) return { kind: 'unanswered' };
  return { kind: 'answered', status, requestId: '', body };
}
