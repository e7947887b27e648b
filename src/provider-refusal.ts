/** A refusal by the provider: the `cause` of the errors of calls that waited behind it. */
export class ProviderRefusal extends Error {
  /** Always `'ProviderRefusal'`. */
  override readonly name = 'ProviderRefusal';
  /** The HTTP status of the response; `undefined` if another process got it. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined) {
    super(message);
    this.status = status;
    // It outlives its call. Until somebody reads its stack, V8 keeps all that was on it: the request, too.
    void this.stack;
  }
}
