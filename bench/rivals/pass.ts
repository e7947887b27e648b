/** Sends a call when there is room for its cost in tokens. */
export type Pass = <T>(cost: number, send: () => Promise<T>) => Promise<T>;

/** What may be used in a minute: the limits, less the headroom. */
export interface Usable {
  readonly rpm: number;
  readonly tpm: number;
}
