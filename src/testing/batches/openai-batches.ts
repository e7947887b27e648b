import { textField } from '../../model/json.ts';
import type { Answer } from '../dialects/dialect.ts';
import type { IncomingRequest } from '../incoming-request.ts';
import { jsonLines, LineAnswers } from './answers.ts';
import { type LineEnd, RunningBatch } from './batch.ts';
import {
  type BatchApi,
  type BatchApiHost,
  knownKey,
  ok,
  page,
  type RawAnswer,
  type SimulatedBatch,
} from './batch-api.ts';
import { batchView, OUTPUT_PREFIXES } from './openai-batch-view.ts';
import { readInput } from './openai-input.ts';
import { RunningBatches } from './running-batches.ts';

interface StoredFile {
  readonly id: string;
  readonly createdAt: number;
  readonly name: string;
  readonly purpose: string;
  readonly text: string;
}

const ENDPOINTS: readonly string[] = ['/v1/chat/completions', '/v1/responses', '/v1/embeddings'];

/** OpenAI's files and batches, under any base path: as the types and texts of openai 7.57.0 say. */
export class OpenAIBatches implements BatchApi {
  readonly #host: BatchApiHost;
  readonly #answers: LineAnswers;
  #files = new Map<string, StoredFile>();
  readonly #batches: RunningBatches = new RunningBatches();

  constructor(host: BatchApiHost) {
    this.#host = host;
    this.#answers = new LineAnswers(host);
  }

  get list(): SimulatedBatch[] {
    return this.#batches.shown;
  }

  reset(): void {
    this.#files = new Map();
    this.#batches.clear();
  }

  respond(request: IncomingRequest): Promise<Answer | RawAnswer> | undefined {
    const url = new URL(request.url);
    const [, what, id, verb] =
      /\/(files|batches)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (what === undefined) return undefined;
    const key = knownKey(request, this.#host);
    if (key === undefined) return Promise.resolve(this.#host.dialect.problem('unauthorized'));
    const asked = `${request.method} ${what}${id === undefined ? '' : '/id'}${verb ? `/${verb}` : ''}`;
    return this.#answer(asked, id ?? '', request, url, key);
  }

  async #answer(
    asked: string,
    id: string,
    request: IncomingRequest,
    url: URL,
    key: string,
  ): Promise<Answer | RawAnswer> {
    switch (asked) {
      case 'POST files':
        return this.#upload(request);
      case 'POST batches':
        return this.#create(await request.json().catch(() => undefined), key);
      case 'GET batches':
        return this.#listed(url);
      case 'GET batches/id':
        return this.#withBatch(id, () => {});
      case 'POST batches/id/cancel':
        return this.#withBatch(id, (batch) => batch.cancel(this.#host.clock.now()));
      case 'GET files/id':
        return this.#withFile(id, (file) => ok(fileView(file)));
      case 'GET files/id/content':
        return this.#withFile(id, ({ text }) => {
          return { status: 200, headers: { 'content-type': 'application/octet-stream' }, text };
        });
      case 'DELETE files/id':
        return this.#withFile(id, () => {
          this.#files.delete(id);
          return ok({ id, object: 'file', deleted: true });
        });
      default:
        return this.#host.dialect.problem('not-found');
    }
  }

  async #upload(request: IncomingRequest): Promise<Answer> {
    const release = this.#host.clock.hold?.();
    try {
      const form = await request.formData();
      const [file, purpose] = [form.get('file'), form.get('purpose')];
      if (!(file instanceof File)) return invalid("Missing required parameter: 'file'.", 'file');
      if (purpose !== 'batch') return invalid("The simulator knows 'batch' only.", 'purpose');
      const { maxBytes } = this.#host.batches;
      if (file.size > maxBytes) return invalid(`The limit is ${maxBytes} bytes.`, 'file', 413);
      const { name } = file;
      return ok(
        fileView(
          this.#store(`file-sim${this.#batches.nextNumber()}`, name, purpose, await file.text()),
        ),
      );
    } catch {
      return invalid('Could not parse multipart form', null);
    } finally {
      release?.();
    }
  }

  #store(id: string, name: string, purpose: string, text: string): StoredFile {
    const file = { id, createdAt: this.#host.clock.now(), name, purpose, text };
    this.#files.set(id, file);
    return file;
  }

  #create(body: unknown, key: string): Answer {
    const file = this.#files.get(textField(body, 'input_file_id'));
    const endpoint = textField(body, 'endpoint');
    if (file?.purpose !== 'batch') return invalid('No such file.', 'input_file_id');
    if (!ENDPOINTS.includes(endpoint)) return invalid(`Invalid value: '${endpoint}'.`, 'endpoint');
    if (textField(body, 'completion_window') !== '24h') {
      return invalid("Supported values are: '24h'.", 'completion_window');
    }
    const { clock, batches } = this.#host;
    const input = readInput(file.text, endpoint, key, this.#host, batches.maxRequests);
    const metadata: unknown =
      body && typeof body === 'object' && 'metadata' in body && body.metadata;
    const id = `batch_sim${this.#batches.nextNumber()}`;
    const place = { id, createdAt: clock.now(), endpoint, inputFileId: file.id };
    const start = { ...place, lines: input.lines, metadata: metadata || null };
    const errors = [
      ...input.errors,
      ...this.#queueErrors(new RunningBatch({ ...start, errors: [] }, batches), input.model),
    ];
    const batch = new RunningBatch({ ...start, errors }, batches);
    this.#batches.add(batch);
    return this.#view(batch);
  }

  /** Worded as in public reports (2024 to 2026). */
  #queueErrors(next: RunningBatch, model: string | undefined) {
    const { clock, batches } = this.#host;
    const queued = this.#batches.all
      .filter((each) => !each.isFailed && each.endsAt > clock.now() && modelOf(each) === model)
      .reduce((sum, each) => sum + each.queuedTokens, 0);
    if (queued + next.queuedTokens <= batches.maxQueuedTokens) return [];
    const most = batches.maxQueuedTokens.toLocaleString('en-US');
    const message = `Enqueued token limit reached for ${model} in organization org-simulator. Limit: ${most} enqueued tokens. Please try again once some in_progress batches have been completed.`;
    return [{ code: 'token_limit_exceeded', message, line: null }];
  }

  #listed(url: URL): Answer {
    const all = this.#batches.all.map((batch) => batchView(batch, this.#host.clock.now()));
    const { data, hasMore } = page(all, url, 'after');
    const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    return ok({ object: 'list', data, ...ends, has_more: hasMore });
  }

  #withBatch(id: string, act: (batch: RunningBatch) => void): Answer {
    const batch = this.#batches.get(id);
    if (batch === undefined) return invalid(`No batch found with id '${id}'.`, null, 404);
    act(batch);
    return this.#view(batch);
  }

  /** Its files are there from the first time that it is asked for after its end. */
  #view(batch: RunningBatch): Answer {
    return ok(batchView(batch, this.#host.clock.now()));
  }

  #withFile(id: string, act: (file: StoredFile) => Answer | RawAnswer): Answer | RawAnswer {
    const file = this.#files.get(id) ?? this.#resultFile(id);
    if (file === undefined) return invalid(`No such File object: ${id}`, 'id', 404);
    return act(file);
  }

  #resultFile(id: string): StoredFile | undefined {
    for (const [kind, prefix] of Object.entries(OUTPUT_PREFIXES)) {
      const batch = id.startsWith(prefix) && this.#batches.get(id.slice(prefix.length));
      if (!batch) continue;
      const wantsGood = kind === 'output';
      const text = jsonLines(this.#resultLines(batch, wantsGood));
      return { id, createdAt: batch.endsAt, name: `${id}.jsonl`, purpose: 'batch_output', text };
    }
    return undefined;
  }

  *#resultLines(batch: RunningBatch, wantsGood: boolean): Generator<unknown> {
    const now = this.#host.clock.now();
    for (const [index, { customId }] of batch.start.lines.entries()) {
      const end = batch.endOf(index, now);
      // What was canceled is in neither file.
      if (end === undefined || end.kind === 'canceled') continue;
      if ((end.kind === 'answered') !== wantsGood) continue;
      const id = `batch_req_${batch.start.id}_${index}`;
      yield { id, custom_id: customId, ...this.#result(end, index, batch) };
    }
  }

  #result(end: LineEnd, index: number, { start, endsAt }: RunningBatch): object {
    if (end.kind === 'expired') {
      const message = 'This request could not be executed before the completion window expired.';
      return { response: null, error: { code: 'batch_expired', message } };
    }
    const request_id = `req_${start.id}_${index}`;
    const respond = (status_code: number, body: unknown): object => {
      return { response: { status_code, request_id, body }, error: null };
    };
    if (end.kind === 'answered') {
      return respond(200, this.#answers.good(end.draft, index + 1, endsAt));
    }
    const { dialect } = this.#host;
    const { status, body } =
      end.kind === 'invalid'
        ? dialect.problem(end.intake.problem)
        : this.#answers.failed(end.kind === 'failed' ? end.status : 500);
    return respond(status, body);
  }
}

function modelOf({ start }: RunningBatch): string | undefined {
  const intake = start.lines[0]?.intake;
  return intake?.kind === 'call' ? intake.draft.model : undefined;
}

function fileView({ id, createdAt, name, purpose, text }: StoredFile) {
  const bytes = new TextEncoder().encode(text).length;
  const created_at = Math.floor(createdAt / 1000);
  return { id, object: 'file', bytes, created_at, filename: name, purpose, status: 'processed' };
}

function invalid(message: string, param: string | null, status = 400): Answer {
  const error = { message, type: 'invalid_request_error', param, code: null };
  return { status, headers: {}, body: { error } };
}
