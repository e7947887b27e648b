import { type Clock, systemClock } from '../clock.ts';
import { countField, field } from '../model/json.ts';
import { MINUTE_MS } from '../model/limits.ts';
import { apiOf } from './api.ts';
import { RecentMap } from './calibration/recent-map.ts';
import { digestOf } from './digest.ts';
import type { EstimateRequest } from './estimator.ts';
import { sharedQueue } from './shared-queue.ts';

/**
 * Asks the provider for the input tokens of a call; `undefined` if it can't or shouldn't be asked.
 * Never rejects.
 */
export type RemoteCounter = (request: EstimateRequest) => Promise<number | undefined>;

/** How often a provider may be asked to count. All of these are optional. */
export interface RemoteCountOptions {
  /**
   * The most requests in any minute. Above it, our own estimate is used; nothing waits. Anthropic
   * allows at least 5,000 a minute, separate from other limits (2026-11).
   * @default 1000
   */
  readonly perMinute?: number | undefined;
  /** The most requests under way at a time. @default 8 */
  readonly concurrency?: number | undefined;
  /** How long to wait for an answer. @default 2000 */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** The part of an `@anthropic-ai/sdk` client that counts. Not of a rate-limited client. */
export interface CountsMessages {
  readonly messages: {
    countTokens(body: object, options: object): PromiseLike<unknown>;
  };
}

/** The part of an `openai` client that counts. Not of a rate-limited client. */
export interface CountsResponses {
  readonly responses: {
    readonly inputTokens: {
      count(body: object, options: object): PromiseLike<unknown>;
    };
  };
}

/** Fields that the counting endpoints accept. They refuse all others. */
const MESSAGES_FIELDS = [
  ...['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config'],
];
const RESPONSES_FIELDS = [
  ...['model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls'],
  ...['text', 'reasoning', 'truncation', 'conversation', 'previous_response_id'],
];

/** Counts calls of `POST /v1/messages` with `messages.countTokens`, which is free of charge. */
export function anthropicCounter(
  client: CountsMessages,
  options: RemoteCountOptions = {},
): RemoteCounter {
  const count = new RemoteCount(options, (body, how) => client.messages.countTokens(body, how));
  return ({ path, body }) =>
    apiOf(path) === 'messages' ? count.of(picked(body, MESSAGES_FIELDS)) : NONE;
}

/** Counts calls of `POST /responses` with `responses.inputTokens.count`. */
export function openaiCounter(
  client: CountsResponses,
  options: RemoteCountOptions = {},
): RemoteCounter {
  const count = new RemoteCount(options, (body, how) =>
    client.responses.inputTokens.count(body, how),
  );
  return ({ path, body }) =>
    apiOf(path) === 'responses' ? count.of(picked(body, RESPONSES_FIELDS)) : NONE;
}

const NONE: Promise<undefined> = Promise.resolve(undefined);

type Count = Promise<number | undefined>;
type Ask = (body: object, how: object) => PromiseLike<unknown>;

const MOST_REMEMBERED = 1000;
/** The pause after a failed request. It doubles with each further failure. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 10 * MINUTE_MS;

/** Sends counting requests: within limits, and once for each body. */
class RemoteCount {
  readonly #ask: Ask;
  readonly #perMinute: number;
  readonly #concurrency: number;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  /** By a digest of the body, because callers modify bodies that they have sent. */
  readonly #counts = new RecentMap<Count>(MOST_REMEMBERED);
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

  async of(body: object): Count {
    const digest = await digestOf(body, sharedQueue);
    if (digest === undefined) return undefined; // can't be sent, and so not be counted
    const known = this.#counts.get(digest);
    if (known !== undefined) return known;
    if (!this.#mayAsk()) return undefined;
    const count = this.#counted(body, digest);
    this.#counts.set(digest, count);
    return count;
  }

  #mayAsk(): boolean {
    const now = this.#clock.now();
    this.#askedAt = this.#askedAt.filter((at) => at > now - MINUTE_MS);
    if (now < this.#restsUntil || this.#underWay >= this.#concurrency) return false;
    return this.#askedAt.length < this.#perMinute && this.#askedAt.push(now) > 0;
  }

  async #counted(body: object, digest: string): Count {
    this.#underWay += 1;
    try {
      const answer = await this.#ask(body, { maxRetries: 0, timeout: this.#timeoutMs });
      this.#failures = 0;
      return countField(answer, 'input_tokens') || undefined;
    } catch {
      this.#counts.delete(digest);
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
