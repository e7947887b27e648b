import { shown } from '../validate.ts';

/** The error of a call that failed inside a batch of the provider's Batch API. */
export class BatchedCallFailed extends Error {
  /** Always `'BatchedCallFailed'`. */
  override readonly name = 'BatchedCallFailed';
  /** The HTTP status of the call's line in the batch. */
  readonly status: number;
  /** The provider's error body, as parsed JSON. */
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`The call failed in its batch with status ${status}: ${shown(body)}`);
    this.status = status;
    this.body = body;
  }
}
