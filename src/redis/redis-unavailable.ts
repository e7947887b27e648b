/** Redis couldn't be asked, or didn't answer. `cause` says why. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';

  /** Whether the script may have run all the same: its answer is lost then. */
  readonly mayHaveRun: boolean;

  constructor(cause: unknown, mayHaveRun: boolean) {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    super(`Redis is unavailable${why}`, { cause });
    this.mayHaveRun = mayHaveRun;
  }
}
