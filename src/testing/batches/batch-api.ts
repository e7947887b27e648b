import type { Clock } from '../../clock.ts';
import type { Answer, HeaderFields } from '../dialects/dialect.ts';
import type { IncomingRequest } from '../incoming-request.ts';
import type { ReadingTerms } from '../intake.ts';
import type { ReplyFunction } from '../reply.ts';
import type { RunningBatch } from './batch.ts';
import type { BatchSettings } from './batch-options.ts';

/** A file's content, as it is. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly text: string;
}

/** What a Batch API needs of its server. */
export interface BatchApiHost extends ReadingTerms {
  readonly clock: Clock;
  readonly reply: ReplyFunction | undefined;
  readonly batches: BatchSettings;
}

/** A batch as tests look at it. */
export interface SimulatedBatch {
  /** The batch's id in the API. */
  readonly id: string;
  /** When it was created, in milliseconds since the epoch. */
  readonly createdAt: number;
  /** The `custom_id` of each line, in order. */
  readonly customIds: readonly string[];
  /** When it ends, as far as is known now, in milliseconds since the epoch. */
  readonly endsAt: number;
  /** Whether a client has asked to cancel it. */
  readonly isCanceled: boolean;
  /** Whether its file could not be used, so that no line ran. */
  readonly isFailed: boolean;
}

/** One vendor's Batch API. */
export interface BatchApi {
  /** `undefined` for a request that is none of its own. */
  respond(request: IncomingRequest): Promise<Answer | RawAnswer> | undefined;
  readonly list: readonly SimulatedBatch[];
  reset(): void;
}

export function shownBatch(batch: RunningBatch): SimulatedBatch {
  const { id, createdAt, lines } = batch.start;
  return {
    id,
    createdAt,
    customIds: lines.map(({ customId }) => customId),
    endsAt: batch.endsAt,
    isCanceled: batch.canceledAt !== undefined,
    isFailed: batch.isFailed,
  };
}

/** The key of a request; `undefined` for one that the server doesn't know. */
export function knownKey(
  { headers }: Pick<IncomingRequest, 'headers'>,
  { dialect, keys }: Pick<BatchApiHost, 'dialect' | 'keys'>,
): string | undefined {
  const key = dialect.keyOf(headers);
  return keys?.includes(key) === false ? undefined : key;
}

export function ok(body: unknown): Answer {
  return { status: 200, headers: {}, body };
}

/** A part of a list, newest first, after the one with that id. */
export function page<Item extends { readonly id: string }>(
  all: readonly Item[],
  url: URL,
  afterName: string,
): { readonly data: Item[]; readonly hasMore: boolean } {
  const newest = all.toReversed();
  const after = url.searchParams.get(afterName);
  const from = after === null ? 0 : newest.findIndex(({ id }) => id === after) + 1;
  const limit = Number(url.searchParams.get('limit') ?? 20);
  return {
    data: newest.slice(from, from + limit),
    hasMore: from + limit < newest.length,
  };
}
