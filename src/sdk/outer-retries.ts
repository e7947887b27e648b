import type { Clock } from '../clock.ts';
import { numberOfText } from '../model/fnv.ts';
import { ProviderRefusal } from '../provider-refusal.ts';
import { RateLimitExceeded } from '../rate-limit-exceeded.ts';
import { warnOnce } from '../warning.ts';
import type { Attempt } from './attempt.ts';

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
 * Notices that something around a limited client or `fetch` repeats calls that were given up here,
 * after their own retries: attempts multiply. Says so once in the life of the process. Of a call
 * nothing is kept but a number, and of one that succeeds not even that.
 */
export class OuterRetries {
  readonly #clock: Clock;
  readonly #failed = new Map<number, Failed>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * A call begins. What is returned wants to know, at its end, whether it was given up here. `textOf`
   * is asked only where a call has failed; a call whose text is `undefined` is known by nothing.
   */
  begin(textOf: () => string | undefined): (isGivenUp: boolean) => void {
    const idNow = (): number | undefined => {
      const text = textOf();
      return text === undefined ? undefined : numberOfText(text);
    };
    this.#forgetOld();
    const id = this.#failed.size === 0 ? undefined : idNow();
    const known = id === undefined ? undefined : this.#failed.get(id);
    if (known === undefined) return (isGivenUp) => isGivenUp && this.#keep(id ?? idNow());
    known.overlaps ||= known.inFlight++ > 0;
    const retries = known.overlaps ? 0 : known.retries + 1;
    if (retries >= MANY) warnOf(retries);
    return (isGivenUp) => {
      known.inFlight--;
      if (isGivenUp) this.#keep(id, { ...known, retries });
      else if (known.inFlight === 0) this.#failed.delete(id ?? 0);
    };
  }

  /** The oldest is the first. Once none is left, no call's text is asked for. */
  #forgetOld(): void {
    for (const [id, { at }] of this.#failed) {
      if (this.#clock.now() - at <= WITHIN_MS) return;
      this.#failed.delete(id);
    }
  }

  #keep(id: number | undefined, { retries, inFlight, overlaps }: Omit<Failed, 'at'> = FIRST): void {
    if (id === undefined) return;
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
    `A limited client or fetch gave up a call, and the framework around it sent the call again ${retries} times. With retries on both sides, attempts multiply. Turn off one side: set \`maxRetries: 0\` in the framework, or \`maxRetries: 0\` of the limited client, or \`rateLimitedFetch({ retries: false })\`. To keep the framework from repeating calls that the limiter rejects, set \`rejections: 'response'\``,
  );
}

/** By what a JSON call is known. No other body has a text. */
export function callText(path: string, body: unknown): string | undefined {
  try {
    const text = JSON.stringify(body);
    return text === undefined || text === '{}' ? undefined : `${path} ${text}`;
  } catch {
    return undefined;
  }
}

/** Whether an error or the end of its attempts shows that a call was given up for a refusal. */
export function endsRefused(error: unknown, last: Attempt | undefined): boolean {
  const isStopped = error instanceof RateLimitExceeded && error.cause instanceof ProviderRefusal;
  return isStopped || last?.refusals.isRefused === true;
}
