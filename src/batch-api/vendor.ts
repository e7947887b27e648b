import { refusalOf } from '../http/refusal.ts';
import { field, isObject, type JsonObject, textField } from '../model/json.ts';
import type { PackedLines } from './packed-lines.ts';

/** A call that may go into a batch. */
export interface BatchCall {
  /** Names it, in this run and in those that go on with it. */
  readonly id: string;
  /** `/v1/chat/completions` */
  readonly url: string;
  readonly body: JsonObject;
}

/** What a vendor takes at most in one batch. */
export interface VendorLimits {
  readonly requests: number;
  readonly bytes: number;
}

/** A batch that is about to be submitted: what tells it from all others. */
export interface PlannedBatch {
  /** In no other batch: the calls are `<token>-0`, `<token>-1`, … there. */
  readonly token: string;
  /** When it was planned, in milliseconds since the epoch. */
  readonly at: number;
  readonly ids: { readonly length: number };
}

/** How far a batch is. */
export type BatchState =
  | { readonly kind: 'running'; readonly ended: number }
  /** Its results can be read. Of its calls, so many went well. */
  | { readonly kind: 'ended'; readonly succeeded: number }
  /** None of its calls was made. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** The vendor doesn't know it. */
  | { readonly kind: 'gone' };

/** What the vendor has to say of one call. */
export type BatchOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly requestId: string;
      /** Of an error, as the server words it. */
      readonly body: unknown;
    }
  /** Expired, canceled, or failed in a way that another try may not, such as for lack of money. */
  | { readonly kind: 'unanswered' };

export interface BatchResult {
  /** `<token>-<index>` */
  readonly wireId: string;
  readonly outcome: BatchOutcome;
}

/** What a search for a batch has found: its id, nothing, or one that can't be told from it yet. */
export type FoundBatch = { readonly batch: string } | 'none' | 'unclear';

/** One vendor's Batch API, behind its SDK. All methods reject with the SDK's errors. */
export interface BatchVendor {
  readonly limits: VendorLimits;
  /** Calls of one batch have the same group. */
  groupOf(call: BatchCall): string;
  /** The call as it is sent. */
  wireLine(call: BatchCall, wireId: string): string;
  /** Starts a batch, and resolves to its id. */
  submit(plan: PlannedBatch, url: string, lines: PackedLines): Promise<string>;
  /** The batch that was planned, if it was submitted. `known`: batches that are others'. */
  find(plan: PlannedBatch, known: ReadonlySet<string>): Promise<FoundBatch>;
  state(batch: string): Promise<BatchState>;
  /** In any order. */
  results(batch: string): AsyncIterable<BatchResult>;
  cancel(batch: string): Promise<void>;
  /** Removes what nobody needs any more. */
  tidy(batch: string): Promise<void>;
}

/** The vendor's clock and ours differ by less. */
const CLOCKS_DIFFER_MS = 600_000;

/** What is sent twice is paid twice: whoever gets no answer looks for the batch first. */
export const ONCE = { maxRetries: 0 };

/** @throws Error for an answer of something else, such as a gateway's page: nobody knows what it did */
export function idOf(created: unknown): string {
  const id = textField(created, 'id');
  if (id === '')
    throw new Error("The host's response is not a batch: does it have the provider's Batch API?");
  return id;
}

/** Whether a batch was made before the planned one: batches are listed with the latest first. */
export function isBefore({ at }: PlannedBatch, createdAt: number): boolean {
  return createdAt < at - CLOCKS_DIFFER_MS;
}

/** Statuses that another try may not end with: of the server's own troubles, and of too many calls. */
export function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408 || status === 409;
}

const NO_HEADERS = new Headers();

/** Whether an error says that no call goes before somebody pays, whatever its status: Anthropic's has 400. */
export function saysMoney(body: unknown): boolean {
  if (!isObject(field(body, 'error'))) return false;
  return refusalOf({ headers: NO_HEADERS, body, now: 0 })?.kind === 'money';
}

export function isSuccess(status: unknown): status is number {
  return typeof status === 'number' && status >= 200 && status < 300;
}
