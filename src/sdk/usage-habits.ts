import type { ResponseEnd } from '../http/metered-response.ts';
import { hostnameOf } from '../providers/base-url.ts';
import { type StreamUsage, streamUsageOf } from '../providers/stream-usage.ts';
import { isAboutUsage, isUnknownField } from './field-refusal.ts';

/** Statuses of a host that rejects an unknown field. */
const FIELD_REFUSED: readonly number[] = [400, 403, 404, 415, 422];
/** Those of a gateway before it. */
const SERVER = 500;

/**
 * `doubtful`: a usage chunk came when we asked, but nothing shows that asking was the reason. The next
 * stream isn't asked for its usage, to find out (`trying`).
 */
type Habit = StreamUsage | 'doubtful' | 'trying';

/** So many models and hosts are remembered; the oldest are forgotten first. */
const MOST_HABITS = 1000;

/**
 * Base URLs that rejected `stream_options`, and those that didn't. Kept for the life of the process,
 * because each new try would cost a request.
 */
const refusing = new Set<string>();
const accepting = new Set<string>();

/** What a limiter has learned of the streams of its hosts: whether they carry their usage unasked. */
export class UsageHabits {
  readonly #habits = new Map<string, Habit>();

  /** The question of the next streamed chat whose caller doesn't ask. */
  question(baseURL: string, model: string): UsageQuestion {
    return new UsageQuestion(this, baseURL, `${baseURL} ${model}`);
  }

  of(baseURL: string, key: string): Habit {
    return this.#habits.get(key) ?? streamUsageOf(hostnameOf(baseURL));
  }

  note(key: string, habit: Habit): void {
    this.#habits.delete(key);
    this.#habits.set(key, habit);
    const [oldest] = this.#habits.keys();
    if (this.#habits.size > MOST_HABITS && oldest !== undefined) this.#habits.delete(oldest);
  }
}

/**
 * Whether we ask for the usage of one streamed chat, and what its answers teach.
 *
 * We ask, and hide the chunk that asking adds, unless the host is known to send it anyway: then it is
 * the caller's. On a host that nobody knows, the first chunk is taken for the answer to our question,
 * and the second stream goes without the question and shows the truth.
 */
export class UsageQuestion {
  readonly #habits: UsageHabits;
  readonly #baseURL: string;
  readonly #key: string;
  #isAsked: boolean;
  #isTrial = false;
  /** The error after which the question was left out, though it doesn't name it. */
  #suspected: string | undefined;

  constructor(habits: UsageHabits, baseURL: string, key: string) {
    this.#habits = habits;
    this.#baseURL = baseURL;
    this.#key = key;
    const habit = habits.of(baseURL, key);
    this.#isAsked = habit !== 'always' && !refusing.has(baseURL);
    if (!this.#isAsked || habit !== 'doubtful') return;
    habits.note(key, 'trying');
    this.#isAsked = false;
    this.#isTrial = true;
  }

  /** The request has `include_usage` because of us: what that adds is hidden from the caller. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** Whether an error of this status may be about the question. */
  mayBeRefused(status: number): boolean {
    const isOpen = this.#isAsked || this.#suspected !== undefined;
    return (isOpen && FIELD_REFUSED.includes(status)) || (this.#isAsked && status >= SERVER);
  }

  /** Whether the error is about the question: then the call must be sent again without it. */
  isRefused(status: number, body: string): boolean {
    if (!this.mayBeRefused(status)) return false;
    if (!this.#isAsked) {
      // The same error without the question: it was about something else.
      if (body === this.#suspected) accepting.add(this.#baseURL);
      this.#suspected = undefined;
      return false;
    }
    const isNamed = isAboutUsage(status, body);
    if (!isNamed && (this.#isAccepted || !isUnknownField(status, body))) return false;
    this.#isAsked = false;
    if (isNamed) refusing.add(this.#baseURL);
    else this.#suspected = body;
    return true;
  }

  /** The host has answered well. */
  accepted(): void {
    if (this.#isAsked) accepting.add(this.#baseURL);
    if (this.#suspected !== undefined) refusing.add(this.#baseURL);
    this.#suspected = undefined;
  }

  /** A stream has ended. */
  heard({ usage, usageChunk, complete, isDone, failure }: ResponseEnd): void {
    if ((!complete && isDone !== true) || failure !== undefined) this.failed();
    else if (!this.#isAsked) {
      this.#isTrial = false;
      const habit = usage === undefined ? 'asked' : 'always';
      this.#habits.note(this.#key, habit);
      this.#habits.note(this.#baseURL, habit);
    } else if (usageChunk !== undefined && this.#habit === 'unknown') {
      // OpenAI announces what was asked for. Some hosts announce what they would have sent anyway: the
      // first model of a host shows which it is.
      const isTrusted = usageChunk === 'announced' && this.#hostHabit === 'asked';
      this.#habits.note(this.#key, isTrusted ? 'asked' : 'doubtful');
    }
  }

  /** The call has failed: if it was to find something out, another one must. */
  failed(): void {
    if (this.#isTrial && this.#habit === 'trying') this.#habits.note(this.#key, 'doubtful');
  }

  get #habit(): Habit {
    return this.#habits.of(this.#baseURL, this.#key);
  }

  /** What another model of this host has shown. */
  get #hostHabit(): Habit {
    return this.#habits.of(this.#baseURL, this.#baseURL);
  }

  /** Whether the host is known to understand the question. */
  get #isAccepted(): boolean {
    return accepting.has(this.#baseURL) || streamUsageOf(hostnameOf(this.#baseURL)) === 'asked';
  }
}
