/** What a provider said as it refused a call: the `cause` of errors of calls that waited behind it. */
export class ProviderRefusal extends Error {
  override readonly name = 'ProviderRefusal';
  /** The status of its response; `undefined` where another process has seen it. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined) {
    super(message);
    this.status = status;
  }
}
