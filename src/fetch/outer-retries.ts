import type { Clock } from '../clock.ts';
import { numberOfText } from '../model/fnv.ts';
import { warnOnce } from '../warning.ts';

/** A retry comes within this time of the failure; a call that a user repeats mostly later. */
const WITHIN_MS = 60_000;
/** So many retries of one call, each after the failure of the one before, are somebody's rule. */
const MANY = 2;
/** Failed calls that are kept in mind. */
const MOST_CALLS = 100;

interface Failed {
  readonly at: number;
  /** How often it was repeated after a failure. */
  readonly retries: number;
  /** Under way now. */
  inFlight: number;
  /** Whether calls with this text have overlapped: no retries do. */
  overlaps: boolean;
}

/**
 * Notices that something around a limited `fetch` repeats calls that were given up here, after their
 * own retries: attempts multiply. Says so once in the life of the process. Of a call nothing is kept
 * but a number, and of one that succeeds not even that.
 */
export class OuterRetries {
  readonly #clock: Clock;
  readonly #failed = new Map<number, Failed>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A call begins. What is returned wants to know, at its end, whether it was given up here. */
  begin(call: string): (isGivenUp: boolean) => void {
    const id = this.#failed.size === 0 ? undefined : numberOfText(call);
    const known = id === undefined ? undefined : this.#failed.get(id);
    if (known === undefined)
      return (isGivenUp) => isGivenUp && this.#keep(id ?? numberOfText(call));
    known.overlaps ||= known.inFlight++ > 0;
    const isSoon = this.#clock.now() - known.at <= WITHIN_MS;
    const retries = isSoon && !known.overlaps ? known.retries + 1 : 0;
    if (retries >= MANY) warnOf(retries);
    return (isGivenUp) => {
      known.inFlight--;
      if (isGivenUp) this.#keep(id ?? numberOfText(call), { ...known, retries });
      else if (known.inFlight === 0) this.#failed.delete(id ?? 0);
    };
  }

  #keep(id: number, { retries, inFlight, overlaps }: Omit<Failed, 'at'> = FIRST): void {
    this.#failed.delete(id);
    this.#failed.set(id, { at: this.#clock.now(), retries, inFlight, overlaps });
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > MOST_CALLS && oldest !== undefined) this.#failed.delete(oldest);
  }
}

const FIRST = { retries: 0, inFlight: 0, overlaps: false };

function warnOf(retries: number): void {
  warnOnce(
    'HEADROOM_OUTER_RETRIES',
    `A limited fetch had given up a call, and the client or framework around it sent the call again ${retries} times: attempts multiply. Set the retries of the client or framework to 0 (\`maxRetries: 0\`), or leave all retries to it (\`rateLimitedFetch({ retries: false })\`). Calls that the limiter rejects aren't repeated with \`rejections: 'response'\``,
  );
}
