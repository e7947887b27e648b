import { isObject, member, parseJson } from '../model/json.ts';
import { type BodyFailure, failureIn, failureInText } from './body-failure.ts';
import type { BodyListener, ObservedUsage } from './body-tap.ts';
import type { SseEvent } from './sse.ts';
import { UsageMeter } from './usage-meter.ts';
import { lastReportedUsage } from './usage-scan.ts';

/** What ends a stream of OpenAI's chat completions. */
const DONE = '[DONE]';
/** A larger event isn't parsed as JSON. Its end is searched for the usage. */
const MAX_PARSED_LENGTH = 2 ** 20;
/** What `include_usage` adds to each event: whoever didn't ask for it must not see it in a large one. */
const NULL_USAGE = /"usage"\s*:\s*null/;
/** Characters at the end of a large event that are searched. */
const TAIL_LENGTH = 2 ** 16;

/** What an event that reports usage has in its text; the others are Cohere's, and Bedrock's. */
const REPORTS: readonly string[] = ['"usage', '"meta"', '-invocationMetrics"'];

/** Events that come before the provider has begun to answer: what follows may still be a refusal. */
const PREAMBLES: readonly unknown[] = [
  'response.created',
  'response.queued',
  'response.in_progress',
  'message_start',
  'message-start', // Cohere
  'ping',
];

/** Events after which nothing comes that anybody reads: openai 7 stops reading there. */
const LAST: readonly unknown[] = [
  'response.completed',
  'response.incomplete',
  'response.failed',
  'message_stop',
  'message-end', // Cohere
];

/** Watches the events of a stream: their usage, their error, and when they begin to be an answer. */
export class StreamWatch {
  readonly #listener: BodyListener;
  readonly #meter = new UsageMeter();
  #failure: BodyFailure | undefined;
  #isAnswered = false;
  #isDone = false;
  #isBegun = false;

  constructor(listener: BodyListener) {
    this.#listener = listener;
  }

  /** Looks at one event. Returns its JSON: of a large one only the usage. */
  see({ event, data, isCut }: SseEvent): unknown {
    if (isCut === true || data.length > MAX_PARSED_LENGTH) {
      const reported = lastReportedUsage(data.slice(-TAIL_LENGTH));
      const large = { usage: reported ?? (NULL_USAGE.test(data) ? null : undefined) };
      this.#meter.see(large);
      this.#answer();
      return large;
    }
    const json = mayBeJson(data) ? parseJson(data) : undefined;
    this.#meter.see(
      json,
      REPORTS.some((name) => data.includes(name)),
    );
    if (data === DONE || (isObject(json) && LAST.includes(json.type))) this.#isDone = true;
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    const failure =
      json === undefined ? failureInText(data, event, isFirst) : failureIn(json, event);
    if (failure !== undefined) this.#fail(failure);
    else if (isAnswer(json)) this.#answer();
    return json;
  }

  /** Where the stream has failed, nothing counts as used unless something was produced. */
  seen(): ObservedUsage {
    const { usage, seenOutputTokens, hasProduced } = this.#meter;
    const failure = this.#failure;
    const done = this.#isDone ? { isDone: true as const } : {};
    if (failure === undefined) return { usage, seenOutputTokens, ...done };
    if (!hasProduced) return { usage: undefined, seenOutputTokens: 0, failure, ...done };
    return { usage, seenOutputTokens, failure, ...done };
  }

  #fail(failure: BodyFailure): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#listener.onFailure(failure);
  }

  #answer(): void {
    if (this.#isAnswered || this.#failure !== undefined) return;
    this.#isAnswered = true;
    this.#listener.onAnswer();
  }
}

/** Spares the exception that parsing anything else would throw. */
function mayBeJson(data: string): boolean {
  return /^\s*[{[]/.test(data) && data !== DONE;
}

function isAnswer(json: unknown): boolean {
  if (!isObject(json) || PREAMBLES.includes(json.type)) return false;
  const choices = member(json, 'choices');
  // Azure's first chunk has the results of its filter, and no choices.
  return !Array.isArray(choices) || choices.length > 0;
}
