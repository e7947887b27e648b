import { elementsOf, field, member, parseJson, stringMember, textField } from '../model/json.ts';
import type { PackedLines } from './packed-lines.ts';
import { linesIn } from './response-lines.ts';
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

/** The SDK's client, as far as it is used: openai 5, 6 and 7. */
export interface OpenAIBatchClient {
  readonly files: {
    create(body: { file: File; purpose: 'batch' }): PromiseLike<{ id: string }>;
    content(id: string): PromiseLike<Response>;
    delete(id: string): PromiseLike<unknown>;
  };
  readonly batches: {
    create(
      body: {
        input_file_id: string;
        endpoint: never;
        completion_window: '24h';
        metadata: Record<string, string>;
      },
      options: { maxRetries: number },
    ): PromiseLike<{ id: string }>;
    retrieve(id: string): PromiseLike<object>;
    cancel(id: string): PromiseLike<unknown>;
    list(query: { limit: number }): AsyncIterable<object>;
  };
}

/** In a batch's metadata: whose it is. */
const MARK = 'llm_headroom';
const ENDED: readonly string[] = ['completed', 'expired', 'cancelled'];

/** OpenAI's Batch API. Limits are those of its reference (2026-11): of a file, in requests and bytes. */
export class OpenAIVendor implements BatchVendor {
  readonly limits = { requests: 50_000, bytes: 200_000_000 };
  readonly #client: OpenAIBatchClient;

  constructor(client: OpenAIBatchClient) {
    this.#client = client;
  }

  /** A file holds calls of one model to one endpoint. */
  groupOf({ url, body }: BatchCall): string {
    return `${url} ${textField(body, 'model')}`;
  }

  wireLine({ url, body }: BatchCall, wireId: string): string {
    return JSON.stringify({ custom_id: wireId, method: 'POST', url, body });
  }

  async submit({ token }: PlannedBatch, url: string, lines: PackedLines): Promise<string> {
    const { files, batches } = this.#client;
    const content = new File([...lines.pieces], `${token}.jsonl`);
    const file = await files.create({ file: content, purpose: 'batch' });
    const how = { completion_window: '24h', metadata: { [MARK]: token } } as const;
    // The SDK's type lists endpoints; the server is asked whether it knows this one.
    const body = { input_file_id: idOf(file), endpoint: url as never, ...how };
    return idOf(await batches.create(body, ONCE));
  }

  async find(plan: PlannedBatch): Promise<FoundBatch> {
    for await (const batch of this.#client.batches.list({ limit: 100 })) {
      if (stringMember(batch, 'metadata', MARK) === plan.token)
        return { batch: textField(batch, 'id') };
      if (isBefore(plan, Number(field(batch, 'created_at')) * 1000)) break;
    }
    return 'none';
  }

  async state(id: string): Promise<BatchState> {
    const batch = await this.#client.batches.retrieve(id);
    const status = textField(batch, 'status');
    if (ENDED.includes(status)) {
      const succeeded = member(batch, 'request_counts', 'completed');
      return { kind: 'ended', succeeded: Number(succeeded) || 0 };
    }
    if (status !== 'failed') {
      const ended = ['completed', 'failed'].map((name) => member(batch, 'request_counts', name));
      return {
        kind: 'running',
        ended: ended.reduce<number>((sum, n) => sum + (Number(n) || 0), 0),
      };
    }
    const [first] = elementsOf(member(batch, 'errors', 'data'));
    const message = textField(first, 'message') || 'The provider could not use the file';
    return { kind: 'failed', code: textField(first, 'code'), message };
  }

  async *results(id: string): AsyncGenerator<BatchResult, void> {
    const batch = await this.#client.batches.retrieve(id);
    for (const name of ['output_file_id', 'error_file_id']) {
      const file = textField(batch, name);
      if (file === '') continue;
      for await (const line of linesIn(await this.#client.files.content(file))) {
        const result = parseJson(line);
        const wireId = textField(result, 'custom_id');
        if (wireId !== '') yield { wireId, outcome: outcomeOf(result) };
      }
    }
  }

  async cancel(id: string): Promise<void> {
    await this.#client.batches.cancel(id);
  }

  /** The file of results stays: it was paid for. */
  async tidy(id: string): Promise<void> {
    const file = textField(await this.#client.batches.retrieve(id), 'input_file_id');
    if (file !== '') await this.#client.files.delete(file);
  }
}

function outcomeOf(result: unknown): BatchOutcome {
  const status = member(result, 'response', 'status_code');
  if (typeof status !== 'number' || isPassing(status)) return { kind: 'unanswered' };
  const requestId = stringMember(result, 'response', 'request_id') ?? '';
  const body = member(result, 'response', 'body');
  if (saysMoney(body)) return { kind: 'unanswered' };
  return { kind: 'answered', status, requestId, body };
}
