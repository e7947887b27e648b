import { field } from '../model/json.ts';
import type { AwsCall, CALL } from './aws-call.ts';
import type { AwsRequest } from './aws-request.ts';
import { type AwsResponse, fromAws, takeBody } from './aws-response.ts';

/** What AWS's client hands from one middleware to the next. */
export interface AwsArgs {
  readonly input: unknown;
  readonly request?: AwsRequest;
  readonly [CALL]?: AwsCall;
  readonly [PASS]?: AwsPass;
}

export interface AwsResult {
  readonly response?: unknown;
  readonly output: unknown;
}

export type AwsNext = (args: AwsArgs) => Promise<AwsResult>;

/** Where a request carries its pass, from before its signature until its response. */
export const PASS: unique symbol = Symbol('pass');

/** Of a request that somebody else has answered, nothing is known. */
const UNKNOWN = 204;

/**
 * One request on its way through the rest of the client: signature, request handler, and then back
 * through whatever reads the response. Between these two the response is here.
 */
export class AwsPass {
  /** What the client makes of the response. */
  readonly result: Promise<AwsResult>;
  /** The response, before the client has read it. */
  readonly response: Promise<Response>;
  readonly #metered: () => Promise<Response>;
  #respond = (_response: Response): void => {};

  /** `metered`: the same response, once it is metered. */
  constructor(args: AwsArgs, next: AwsNext, metered: () => Promise<Response>) {
    this.#metered = metered;
    const response = new Promise<Response>((resolve) => {
      this.#respond = resolve;
    });
    this.result = next({ ...args, [PASS]: this });
    const unknown = this.result.then(() => new Response(null, { status: UNKNOWN }));
    this.response = Promise.race([response, unknown]);
    this.response.catch(() => {});
  }

  /** The request handler has answered. An error is read twice, here and by the client. */
  async received(given: unknown): Promise<void> {
    const response = fromAws(given);
    if (response === undefined || !isResponse(given)) return;
    if (response.status >= 400) {
      this.#respond(response.clone());
      await takeBody(given, response);
      return;
    }
    this.#respond(response);
    await takeBody(given, await this.#metered());
  }
}

function isResponse(given: unknown): given is AwsResponse {
  return typeof field(given, 'statusCode') === 'number';
}
