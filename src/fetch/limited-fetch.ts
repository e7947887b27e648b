import type { CallLimiter } from '../call-limiter.ts';
import { HeadroomError } from '../errors.ts';
import { protocolOf } from '../providers/protocol.ts';
import type { Protocol } from '../providers/protocol-name.ts';
import { OuterRetries } from '../sdk/outer-retries.ts';
import { accountNote } from './account-note.ts';
import { FetchCall, type FetchCallOptions } from './fetch-call.ts';
import { type FetchFunction, outgoing, type Target, targetOf } from './outgoing-request.ts';
import { PassingRequests } from './passing-requests.ts';
import { Pipelines, type PipelinesOptions } from './pipelines.ts';
import { rejectionResponse } from './rejection-response.ts';

/** How a `fetch` is limited. */
export interface LimitedFetchOptions extends PipelinesOptions, FetchCallOptions {
  readonly limiter: CallLimiter;
  /** How a call is told that it was rejected here. */
  readonly rejections: 'error' | 'response';
  /** Whether the limiter is that of this `fetch` alone. @default false */
  readonly isUnshared?: boolean;
}

/** A `fetch` whose calls to models wait until the limits have room. All other requests pass. */
export function limitedFetch(options: LimitedFetchOptions): FetchFunction {
  const { limiter, fetch, retries, rejections, isUnshared } = options;
  const note = isUnshared === true ? accountNote() : undefined;
  const pipelines = new Pipelines(options);
  const passing = new PassingRequests();
  const outer = new OuterRetries(limiter.clock);
  return async (input, init) => {
    const target = targetOf(input, init);
    if (target === undefined) return fetch(input, init);
    const protocol = protocolIn(target);
    if (protocol === undefined) {
      passing.note(target, input, init);
      return fetch(input, init);
    }
    note?.(target);
    const pipeline = pipelines.of(target.url, protocol);
    let end = (_isGivenUp: boolean): void => {};
    try {
      const request = await outgoing(input, init);
      if (retries) {
        const { text } = request.body;
        end = outer.begin(() => text && `${target.url} ${text}`);
      }
      const call = new FetchCall({ ...target, protocol }, request, pipeline, options);
      const response = await call.answer();
      end(response.status === 429);
      return response;
    } catch (error) {
      end(error instanceof HeadroomError);
      if (rejections === 'response' && error instanceof HeadroomError) {
        return rejectionResponse(error);
      }
      throw error;
    }
  };
}

/** The protocol of a call to a model; `undefined` for any other request. */
export function protocolIn({ method, url, headers }: Target): Protocol | undefined {
  return method.toUpperCase() === 'POST' ? protocolOf(url.pathname, headers) : undefined;
}
