import { elementsOf, field, isObject, parseJson, textField } from '../../model/json.ts';
import type { Answer } from '../dialects/dialect.ts';
import type { IncomingRequest } from '../incoming-request.ts';
import { draftFor } from '../intake.ts';
import { jsonLines, LineAnswers } from './answers.ts';
import { type BatchLine, type LineEnd, RunningBatch } from './batch.ts';
import {
  type BatchApi,
  type BatchApiHost,
  knownKey,
  ok,
  page,
  type RawAnswer,
  type SimulatedBatch,
} from './batch-api.ts';
import { RunningBatches } from './running-batches.ts';

const PATH = /\/v1\/messages\/batches(?:\/([^/]+))?(?:\/(cancel|results))?$/;
/** The API reference's pattern (2026-11). */
const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** Anthropic's Message Batches, as the types and texts of @anthropic-ai/sdk 1.12.0 say. */
export class AnthropicBatches implements BatchApi {
  readonly #host: BatchApiHost;
  readonly #answers: LineAnswers;
  readonly #batches: RunningBatches = new RunningBatches();

  constructor(host: BatchApiHost) {
    this.#host = host;
    this.#answers = new LineAnswers(host);
  }

  get list(): SimulatedBatch[] {
    return this.#batches.shown;
  }

  reset(): void {
    this.#batches.clear();
  }

  respond(request: IncomingRequest): Promise<Answer | RawAnswer> | undefined {
    const url = new URL(request.url);
    const found = PATH.exec(url.pathname);
    if (found === null) return undefined;
    const key = knownKey(request, this.#host);
    if (key === undefined) return Promise.resolve(this.#host.dialect.problem('unauthorized'));
    const [, id, verb] = found;
    return this.#answer(`${request.method} ${verb ?? ''}`.trim(), id, request, url, key);
  }

  async #answer(
    asked: string,
    id: string | undefined,
    request: IncomingRequest,
    url: URL,
    key: string,
  ): Promise<Answer | RawAnswer> {
    const { clock } = this.#host;
    if (id === undefined) {
      if (asked === 'POST') return this.#create(await request.text(), key, url);
      return asked === 'GET' ? this.#listed(url) : this.#host.dialect.problem('not-found');
    }
    const batch = this.#batches.get(id);
    if (batch === undefined) return this.#host.dialect.problem('not-found');
    if (asked === 'POST cancel') batch.cancel(clock.now());
    if (asked === 'GET results') return this.#results(batch);
    if (asked !== 'GET' && asked !== 'POST cancel') return this.#host.dialect.problem('not-found');
    return ok(view(batch, clock.now(), url.origin));
  }

  #create(text: string, key: string, url: URL): Answer {
    const { batches, clock } = this.#host;
    const body = parseJson(text);
    const requests = [...elementsOf(field(body, 'requests'))];
    if (text.length > batches.maxBytes) {
      return problem(413, 'request_too_large', `The limit is ${batches.maxBytes} bytes`);
    }
    const wrong = wrongIn(requests, batches.maxRequests);
    if (wrong !== undefined) return problem(400, 'invalid_request_error', wrong);
    const lines = requests.map((each): BatchLine => {
      const params = field(each, 'params');
      const intake = draftFor('/v1/messages', key, params, this.#host);
      return { customId: textField(each, 'custom_id'), body: params, intake };
    });
    const id = `msgbatch_sim${this.#batches.nextNumber()}`;
    const place = { endpoint: '/v1/messages', inputFileId: '', metadata: null, errors: [] };
    const start = { id, lines, createdAt: clock.now(), ...place };
    const batch = new RunningBatch(start, batches);
    this.#batches.add(batch);
    return ok(view(batch, clock.now(), url.origin));
  }

  #listed(url: URL): Answer {
    const now = this.#host.clock.now();
    const all = this.#batches.all.map((batch) => view(batch, now, url.origin));
    const { data, hasMore } = page(all, url, 'after_id');
    const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    return ok({ data, ...ends, has_more: hasMore });
  }

  /** In no order, as the documentation warns. */
  #results(batch: RunningBatch): Answer | RawAnswer {
    const now = this.#host.clock.now();
    if (batch.phaseAt(now) !== 'ended') {
      return problem(400, 'invalid_request_error', 'This batch has not ended processing');
    }
    const lines = batch.start.lines.map(({ customId }, index) => {
      const end = batch.endOf(index, now) ?? { kind: 'expired' };
      return { custom_id: customId, result: this.#result(end, index, batch.endsAt) };
    });
    const headers = { 'content-type': 'application/x-jsonl' };
    return { status: 200, headers, text: jsonLines(lines.toReversed()) };
  }

  #result(end: LineEnd, index: number, endsAt: number): object {
    if (end.kind === 'expired' || end.kind === 'canceled') return { type: end.kind };
    if (end.kind === 'answered') {
      return { type: 'succeeded', message: this.#answers.good(end.draft, index + 1, endsAt) };
    }
    const { dialect } = this.#host;
    const answer =
      end.kind === 'invalid'
        ? dialect.problem(end.intake.problem)
        : this.#answers.failed(end.status);
    return { type: 'errored', error: answer.body };
  }
}

/** What a batch can't be created for. */
function wrongIn(requests: readonly unknown[], maxRequests: number): string | undefined {
  if (requests.length === 0) return 'requests: at least one is required';
  if (requests.length > maxRequests) return `requests: at most ${maxRequests} are allowed`;
  const seen = new Set<string>();
  for (const [index, each] of requests.entries()) {
    const id = textField(each, 'custom_id');
    if (!CUSTOM_ID.test(id)) return `requests.${index}.custom_id: must match ${CUSTOM_ID.source}`;
    if (seen.has(id)) return `requests.${index}.custom_id: must be unique`;
    if (!isObject(field(each, 'params'))) return `requests.${index}.params: Field required`;
    seen.add(id);
  }
  return undefined;
}

const COUNTED = { answered: 'succeeded', failed: 'errored', invalid: 'errored' } as const;

/** Lines count as `processing` until the whole batch has ended. */
function view(batch: RunningBatch, now: number, origin: string) {
  const { start, canceledAt, expiresAt, endsAt } = batch;
  const { id, createdAt, lines } = start;
  const phase = batch.phaseAt(now);
  const isEnded = phase === 'ended';
  const counts = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
  if (!isEnded) counts.processing = lines.length;
  else
    for (const index of lines.keys()) {
      const { kind } = batch.endOf(index, now) ?? { kind: 'expired' };
      counts[kind === 'expired' || kind === 'canceled' ? kind : COUNTED[kind]]++;
    }
  const date = (ms: number): string => new Date(ms).toISOString();
  return {
    id,
    type: 'message_batch',
    processing_status: isEnded ? 'ended' : phase === 'canceling' ? 'canceling' : 'in_progress',
    request_counts: counts,
    created_at: date(createdAt),
    expires_at: date(expiresAt),
    ended_at: isEnded ? date(endsAt) : null,
    cancel_initiated_at: canceledAt === undefined ? null : date(canceledAt),
    archived_at: null,
    results_url: isEnded ? `${origin}/v1/messages/batches/${id}/results` : null,
  };
}

function problem(status: number, type: string, message: string): Answer {
  return { status, headers: {}, body: { type: 'error', error: { type, message } } };
}
