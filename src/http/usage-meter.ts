import { isObject, type JsonObject, member } from '../model/json.ts';
import type { Usage } from '../model/usage.ts';
import { normalizedUsage, reportedUsage } from './usage.ts';

/** Assumed characters per output token. */
const CHARACTERS_PER_TOKEN = 4;

/** The members of a delta that hold the model's output. */
const WRITTEN: readonly string[] = [
  'delta', // Responses
  'content',
  'parts', // Gemini
  'text', // completions; Anthropic's text_delta
  'refusal',
  'reasoning',
  'reasoning_content',
  'thinking',
  'partial_json',
  'arguments',
  'function',
  'function_call',
  'tool_calls',
  'functionCall', // Gemini
  'toolUse', // Bedrock
];
/** Arguments of a function as an object: all that is in it was written. */
const ARGUMENTS: readonly string[] = ['input', 'args'];

/** Deeper than any known delta. Untrusted input must not decide how deep we recurse. */
const MAX_DEPTH = 6;

/** Characters that the model wrote, in a delta of any provider's shape; `isAll`: in all its members. */
function writtenIn(value: unknown, depth = 0, isAll = false): number {
  if (typeof value === 'string') return value.length;
  if (depth === MAX_DEPTH) return 0;
  if (Array.isArray(value)) {
    return value.reduce<number>((sum, item) => sum + writtenIn(item, depth + 1, isAll), 0);
  }
  if (!isObject(value)) return isAll ? String(value).length : 0;
  if (isAll)
    return Object.entries(value).reduce(
      (sum, [key, each]) => sum + key.length + writtenIn(each, depth + 1, true),
      0,
    );
  const written = WRITTEN.reduce((sum, key) => sum + writtenIn(value[key], depth + 1), 0);
  return ARGUMENTS.reduce(
    (sum, key) => (value[key] === undefined ? sum : sum + writtenIn(value[key], depth + 1, true)),
    written,
  );
}

/** The deltas of one event: a chunk of a chat holds one for each of its choices. */
function deltasOf(event: unknown): readonly unknown[] {
  const choices = member(event, 'choices') ?? member(event, 'candidates');
  if (Array.isArray(choices)) return choices;
  // Cohere's first API has no deltas.
  if (member(event, 'event_type') === 'text-generation') return [event];
  // Cohere's deltas are of a message.
  return [member(event, 'delta', 'message') ?? member(event, 'delta')];
}

/**
 * What the model wrote in a whole answer, or a chunk of one: of chats, Gemini, Bedrock, Responses,
 * Anthropic, and Cohere's two APIs.
 */
function writtenParts(answer: unknown): readonly unknown[] {
  const choices = member(answer, 'choices') ?? member(answer, 'candidates');
  if (Array.isArray(choices)) return choices.map((each) => member(each, 'message') ?? each);
  const output = member(answer, 'output');
  // A message that is a text is an error's.
  const message = member(answer, 'message');
  const top = [member(answer, 'content'), member(answer, 'text'), isObject(message) && message];
  return [member(output, 'message') ?? output, ...top];
}

/**
 * Meters the usage of a stream from its events: the usage that they report, else an estimate from
 * the deltas seen. Never throws: an event may be anything.
 *
 * @example
 * const meter = new UsageMeter();
 * meter.see({ choices: [{ delta: { content: 'Hello' } }] });
 * meter.seenOutputTokens; // 2
 */
export class UsageMeter {
  #reported: JsonObject | undefined;
  #outputIsFinal = false;
  #deltas = 0;
  #characters = 0;

  /** Reads one parsed event of the stream. `mayReport`: its text has the word. */
  see(event: unknown, mayReport = true): void {
    for (const delta of deltasOf(event)) this.#count(writtenIn(delta));
    if (mayReport) this.#report(event);
  }

  /** Reads a whole answer, or a chunk of one that is no event. */
  seeAnswer(answer: unknown): void {
    for (const part of writtenParts(answer)) this.#count(writtenIn(part));
    this.#report(answer);
  }

  /** Output tokens seen so far: at least one per delta, or one per four characters. */
  get seenOutputTokens(): number {
    return Math.max(this.#deltas, Math.ceil(this.#characters / CHARACTERS_PER_TOKEN));
  }

  /** Whether the model has written anything, or says so. */
  get hasProduced(): boolean {
    return this.#deltas > 0 || (this.#outputIsFinal && (this.usage?.outputTokens ?? 0) > 0);
  }

  /** The reported usage; `undefined` if the stream has reported none. */
  get usage(): Usage | undefined {
    const usage = this.#reported && normalizedUsage(this.#reported);
    if (usage === undefined || this.#outputIsFinal) return usage;
    return { ...usage, outputTokens: Math.max(usage.outputTokens, this.seenOutputTokens) };
  }

  #report(event: unknown): void {
    const reported = reportedUsage(event);
    if (reported === undefined) return;
    this.#reported = replaced(this.#reported, reported);
    // Anthropic's stream starts with a usage that has hardly any output yet.
    this.#outputIsFinal = member(event, 'type') !== 'message_start';
  }

  #count(characters: number): void {
    if (characters === 0) return;
    this.#deltas += 1;
    this.#characters += characters;
  }
}

/**
 * Reports are cumulative: each member replaces the earlier one, unless it is null, or 0 after a count:
 * gateways send empty reports after the true one.
 */
function replaced(earlier: JsonObject | undefined, later: JsonObject): JsonObject {
  const told = Object.entries(later).filter(
    ([key, value]) => value !== null && !(value === 0 && isPositive(earlier?.[key])),
  );
  return { ...earlier, ...Object.fromEntries(told) };
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}
