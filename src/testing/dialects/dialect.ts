import type { Operation, SimulatedCall } from '../call.ts';
import type { Level, PoolRefusal } from '../pool.ts';

/** What a request's method and path ask for. */
export type Route =
  | { readonly kind: 'call'; readonly operation: Operation; readonly model: string | undefined }
  | { readonly kind: 'count-tokens' }
  | { readonly kind: 'models' };

export type HeaderFields = Readonly<Record<string, string>>;

/** A response that isn't streamed. */
export interface Answer {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly body: unknown;
}

/** What can be wrong with a request, or with the server, apart from limits. */
export type Problem =
  | 'not-found'
  | 'bad-json'
  | 'missing-model'
  | 'missing-max-tokens'
  | 'unauthorized'
  | 'slow-down'
  | 'insufficient-quota'
  | 'malformed-retry-after'
  | 500
  | 503
  | 529;

/** How one provider words its paths, headers and errors. */
export interface Dialect {
  readonly requestIdHeader: string;
  route(method: string, url: URL): Route | undefined;
  /** The API key of a request; `''` where it carries none. */
  keyOf(headers: Headers): string;
  /** What a metered request lacks. */
  missing(maxOutputTokens: number | undefined): Problem | undefined;
  rateHeaders(levels: readonly Level[], now: number): HeaderFields;
  refused(refusal: PoolRefusal, call: SimulatedCall): Answer;
  problem(problem: Problem): Answer;
  countedTokens(inputTokens: number): unknown;
  models(names: readonly string[]): unknown;
}

/** Seconds, rounded up: obeying them is never too early. */
export function wholeSeconds(ms: number): string {
  return String(Math.ceil(ms / 1000));
}
