import { Rests } from '../batch/rests.ts';
import type { Clock } from '../clock.ts';
import { isOutage, reasonOf, whatFailed } from './connection-failure.ts';
import { CommandError, EXIT } from './exit-code.ts';

const MINUTE_MS = 60_000;
/** A run that nobody watches is not to go on for hours, nor to have its calls fail one by one. */
const LONGEST_MINUTES = 10;
/** Beside the SDK's own retries: a network may be gone for some minutes. */
const WAITS_MS = [5000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000];

/** What one call knows of it. */
export interface Trying {
  failures: number;
  readonly answered: number;
}

/**
 * Whether the host is down, or can't be reached, and for how long nothing else has come of calls: those
 * that have failed rest meanwhile.
 */
export class HostOutage {
  readonly #clock: Clock;
  readonly #say: (text: string) => void;
  readonly #rests: Rests;
  /** Calls that the host has answered well, or has refused for their own sake. */
  #answered = 0;
  #since: number | undefined;
  #isTold = false;

  constructor(clock: Clock, say: (text: string) => void) {
    this.#clock = clock;
    this.#say = say;
    this.#rests = new Rests(clock);
  }

  /** A call is tried for the first time. */
  begin(): Trying {
    return { failures: 0, answered: this.#answered };
  }

  /** The host has answered. */
  answer(): void {
    this.#answered++;
    this.#since = undefined;
  }

  /** Whether a call has failed often enough by itself. Where the host has failed, none has. */
  isOver(error: Error, { failures, answered }: Trying): boolean {
    const isAlone = !isOutage(error) || this.#answered > answered;
    return isAlone && failures >= WAITS_MS.length;
  }

  /**
   * Resolves when the call may be tried again.
   * @throws CommandError where nothing has gone well for too long
   */
  async rest(error: Error, trying: Trying): Promise<void> {
    if (isOutage(error)) this.#expectShort(error);
    this.#tell(error);
    await this.#rests.rest(WAITS_MS[trying.failures++] ?? MINUTE_MS);
  }

  /** Nobody rests any more. */
  end(): void {
    this.#rests.end();
  }

  #expectShort(error: Error): void {
    const now = this.#clock.now();
    this.#since ??= now;
    if (now - this.#since < LONGEST_MINUTES * MINUTE_MS) return;
    const lasted = `no call has succeeded for ${LONGEST_MINUTES} minutes`;
    const message = `${whatFailed(error)}: ${reasonOf(error)}, and ${lasted}`;
    throw new CommandError(message, EXIT.stopped);
  }

  /** The first time of a run, why nothing happens. */
  #tell(error: Error): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const retried = isOutage(error)
      ? `calls are tried again for ${LONGEST_MINUTES} minutes`
      : 'the call is tried again for about four minutes';
    this.#say(`${whatFailed(error)}: ${reasonOf(error)}; ${retried}`);
  }
}
