import { shown } from '../validate.ts';

/** What a batch says of a call that the provider has refused: the SDK makes no error of it. */
export class BatchedCallFailed extends Error {
  override readonly name = 'BatchedCallFailed';
  /** The HTTP status that it would have had live. */
  readonly status: number;
  /** The provider's words, as JSON that was read. */
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`The call has failed in its batch with status ${status}: ${shown(body)}`);
    this.status = status;
    this.body = body;
  }
}
