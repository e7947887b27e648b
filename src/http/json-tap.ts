import { parseJson } from '../model/json.ts';
import { failureInAnswer } from './body-failure.ts';
import type { BodyListener, BodyTap, Emit, ObservedUsage } from './body-tap.ts';
import { ByteBuffer } from './bytes.ts';
import { usageOf } from './usage.ts';
import { UsageMeter } from './usage-meter.ts';
import { lastReportedUsage } from './usage-scan.ts';

/** A larger body isn't parsed. Its end is searched for the usage. In bytes, or in characters. */
const MAX_PARSED = 2 ** 20;
/** How much is searched at the end of a large body. */
const TAIL = 2 ** 16;

const NOTHING: ObservedUsage = { usage: undefined, seenOutputTokens: 0 };

/** The tap for a JSON body. */
export class JsonTap implements BodyTap {
  readonly #listener: BodyListener;
  readonly #kept = new ByteBuffer();
  #isLarge = false;
  #seen: ObservedUsage | undefined;

  constructor(listener: BodyListener) {
    this.#listener = listener;
  }

  pass(chunk: Uint8Array, emit: Emit): void {
    emit(chunk);
    this.#kept.append(chunk);
    if (this.#kept.length <= MAX_PARSED) return;
    this.#isLarge = true;
    this.#kept.keepLast(TAIL);
  }

  end(isWhole: boolean): void {
    this.#seen = this.#read(isWhole);
    this.#tell(this.#seen, isWhole);
  }

  whole(text: string): unknown {
    const isLarge = text.length > MAX_PARSED;
    const json = isLarge ? undefined : parseJson(text);
    this.#seen = isLarge ? seenInTail(text) : seenInText(text, json, true);
    this.#tell(this.#seen, true);
    return json;
  }

  seen(): ObservedUsage {
    return this.#seen ?? this.#read(false);
  }

  #read(isWhole: boolean): ObservedUsage {
    const text = new TextDecoder().decode(this.#kept.view());
    return this.#isLarge ? seenInTail(text) : seenInText(text, parseJson(text), isWhole);
  }

  #tell({ failure }: ObservedUsage, isWhole: boolean): void {
    if (failure !== undefined) this.#listener.onFailure(failure);
    else if (isWhole) this.#listener.onAnswer();
  }
}

function seenInTail(text: string): ObservedUsage {
  const usage = usageOf({ usage: lastReportedUsage(text.slice(-TAIL)) });
  return { usage, seenOutputTokens: 0 };
}

function seenInText(text: string, json: unknown, isWhole: boolean): ObservedUsage {
  if (json === undefined && text.includes('\n')) return seenInLines(text);
  return isWhole ? seenIn(json) : NOTHING;
}

/**
 * Gemini's streams are a list of chunks, where nobody asks for events: the last one counts. What an
 * answer holds is read only where it has broken off, or reports no output.
 */
function seenIn(json: unknown): ObservedUsage {
  const failure = failureInAnswer(json);
  const usage = usageOf(Array.isArray(json) ? json.at(-1) : json);
  if (failure === undefined && usage?.outputTokens !== 0) return { usage, seenOutputTokens: 0 };
  const meter = metered(json);
  const { hasProduced, seenOutputTokens } = meter;
  if (failure === undefined) return { usage, seenOutputTokens };
  return hasProduced ? { usage: meter.usage, seenOutputTokens, failure } : { ...NOTHING, failure };
}

/** What an answer reports and holds, chunk by chunk. An answer may break off: OpenRouter's, Gemini's. */
function metered(json: unknown): UsageMeter {
  const meter = new UsageMeter();
  for (const part of Array.isArray(json) ? json : [json]) meter.seeAnswer(part);
  return meter;
}

/** A stream of Cohere's first API: a line of JSON for each event, the last of which has the usage. */
function seenInLines(text: string): ObservedUsage {
  const meter = new UsageMeter();
  for (const line of text.split('\n')) meter.see(parseJson(line));
  const { usage, seenOutputTokens } = meter;
  return { usage, seenOutputTokens };
}
