import { type Clock, systemClock } from '../clock.ts';
import { MINUTE_MS } from '../limits.ts';
import { apiOf } from './api.ts';
import { RecentlyUsed } from './calibration/recently-used.ts';
import type { EstimateRequest } from './estimator.ts';
import type { Measurement } from './measurement.ts';
import { amountField, field } from './untrusted.ts';

/**
 * Asks the provider for the input tokens of a call; `undefined` where it can't or shouldn't be
 * asked. Never rejects.
 */
export type RemoteCounter = (
  request: EstimateRequest,
  call: Measurement,
) => Promise<number | undefined>;

/** How often a provider may be asked to count. All of these are optional. */
export interface RemoteCountOptions {
  /**
   * The most requests in any minute. Beyond it, our own estimate is taken: nothing waits. Anthropic
   * allows 5,000 and more a minute, apart from other limits (2026-11).
   * @default 1000
   */
  readonly perMinute?: number | undefined;
  /** The most requests under way at a time. @default 8 */
  readonly concurrency?: number | undefined;
  /** How long to wait for an answer. @default 2000 */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** A client of `@anthropic-ai/sdk`, as far as counting needs it. Not a rate-limited one. */
export interface CountsMessages {
  readonly messages: {
    countTokens(body: object, options: object): PromiseLike<unknown>;
  };
}

/** A client of `openai`, as far as counting needs it. Not a rate-limited one. */
export interface CountsResponses {
  readonly responses: {
    readonly inputTokens: {
      count(body: object, options: object): PromiseLike<unknown>;
    };
  };
}

/** What of a body the endpoints that count take. They refuse the rest. */
const MESSAGES_FIELDS = ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking'];
const RESPONSES_FIELDS = [
  ...['model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls'],
  ...['text', 'reasoning', 'truncation', 'conversation', 'previous_response_id'],
];

/** Counts calls of `POST /v1/messages` with `messages.countTokens`, which is free of charge. */
export function anthropicCounter(
  client: CountsMessages,
  options: RemoteCountOptions = {},
): RemoteCounter {
  const count = new RemoteCount(options, (body, how) =>
    client.messages.countTokens(picked(body, MESSAGES_FIELDS), how),
  );
  return (request, call) =>
    apiOf(request.path) === 'messages' ? count.of(request.body, call) : NONE;
}

/** Counts calls of `POST /responses` with `responses.inputTokens.count`. */
export function openaiCounter(
  client: CountsResponses,
  options: RemoteCountOptions = {},
): RemoteCounter {
  const count = new RemoteCount(options, (body, how) =>
    client.responses.inputTokens.count(picked(body, RESPONSES_FIELDS), how),
  );
  return (request, call) =>
    apiOf(request.path) === 'responses' ? count.of(request.body, call) : NONE;
}

const NONE: Promise<undefined> = Promise.resolve(undefined);

type Count = Promise<number | undefined>;
type Ask = (body: unknown, how: object) => PromiseLike<unknown>;

const MOST_REMEMBERED = 1000;
/** After a refusal, nothing is asked for so long; twice as long after each further one. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 10 * MINUTE_MS;

/** Requests to count: few enough, and each only once. */
class RemoteCount {
  readonly #ask: Ask;
  readonly #perMinute: number;
  readonly #concurrency: number;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  /** Calls whose text is of the same length in all scripts cost the same, as far as matters here. */
  readonly #bySize = new RecentlyUsed<Count>(MOST_REMEMBERED);
  /** Attachments differ in what doesn't show: only the same body again is the same call. */
  readonly #byBody = new WeakMap<object, Count>();
  #askedAt: number[] = [];
  #underWay = 0;
  #failures = 0;
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(options: RemoteCountOptions, ask: Ask) {
    const { perMinute = 1000, concurrency = 8, timeoutMs = 2000, clock = systemClock } = options;
    this.#ask = ask;
    this.#perMinute = perMinute;
    this.#concurrency = concurrency;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  of(body: unknown, call: Measurement): Count {
    if (typeof body !== 'object' || body === null) return NONE;
    const size = call.isText ? [call.family, call.knownTokens, ...call.tally].join(' ') : '';
    const known = this.#byBody.get(body) ?? this.#bySize.get(size);
    if (known !== undefined) return known;
    if (!this.#mayAsk()) return NONE;
    const count = this.#counted(body, size);
    this.#byBody.set(body, count);
    if (size !== '') this.#bySize.set(size, count);
    return count;
  }

  #mayAsk(): boolean {
    const now = this.#clock.now();
    this.#askedAt = this.#askedAt.filter((at) => at > now - MINUTE_MS);
    if (now < this.#restsUntil || this.#underWay >= this.#concurrency) return false;
    return this.#askedAt.length < this.#perMinute && this.#askedAt.push(now) > 0;
  }

  async #counted(body: object, size: string): Count {
    this.#underWay += 1;
    try {
      const answer = await this.#ask(body, { maxRetries: 0, timeout: this.#timeoutMs });
      this.#failures = 0;
      return amountField(answer, 'input_tokens') || undefined;
    } catch {
      this.#byBody.delete(body);
      this.#bySize.delete(size);
      this.#failures += 1;
      const restMs = FIRST_REST_MS * 2 ** (this.#failures - 1);
      this.#restsUntil = this.#clock.now() + Math.min(restMs, LONGEST_REST_MS);
      return undefined;
    } finally {
      this.#underWay -= 1;
    }
  }
}

function picked(body: unknown, keys: readonly string[]): object {
  const entries = keys.map((key) => [key, field(body, key)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
