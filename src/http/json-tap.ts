import { isObject, member, parseJson } from '../model/json.ts';
import { failureIn } from './body-failure.ts';
import type { BodyListener, BodyTap, ObservedUsage } from './body-tap.ts';
import { ByteBuffer } from './bytes.ts';
import { usageOf } from './usage.ts';
import { UsageMeter } from './usage-meter.ts';
import { lastReportedUsage } from './usage-scan.ts';

/** A larger body isn't parsed. Its end is searched for the usage. */
const MAX_PARSED_BYTES = 2 ** 20;
/** Bytes at the end of a large body that are searched. */
const TAIL_BYTES = 2 ** 16;

const NOTHING: ObservedUsage = { usage: undefined, seenOutputTokens: 0 };

/** The tap for a JSON body. */
export function jsonTap(listener: BodyListener): BodyTap {
  const kept = new ByteBuffer();
  let large = false;
  let seen: ObservedUsage | undefined;
  const read = (isWhole: boolean): ObservedUsage => {
    const text = new TextDecoder().decode(kept.view());
    if (large) {
      const usage = usageOf({ usage: lastReportedUsage(text.slice(-TAIL_BYTES)) });
      return { usage, seenOutputTokens: 0 };
    }
    const json = parseJson(text);
    if (json === undefined && text.includes('\n')) return seenInLines(text);
    return isWhole ? seenIn(json) : NOTHING;
  };
  return {
    pass: (chunk, emit) => {
      emit(chunk);
      kept.append(chunk);
      if (kept.length <= MAX_PARSED_BYTES) return;
      large = true;
      kept.keepLast(TAIL_BYTES);
    },
    end: (isWhole) => {
      seen = read(isWhole);
      if (seen.failure !== undefined) listener.onFailure(seen.failure);
      else if (isWhole) listener.onAnswer();
    },
    seen: () => seen ?? read(false),
  };
}

/** Gemini's streams are a list of chunks, where nobody asks for events: the last one counts. */
function seenIn(json: unknown): ObservedUsage {
  const usage = usageOf(Array.isArray(json) ? json.at(-1) : json);
  const failure = failureIn(json);
  if (failure === undefined) return { usage, seenOutputTokens: 0 };
  const seenOutputTokens = writtenIn(json);
  const hasProduced = seenOutputTokens > 0 || (usage?.outputTokens ?? 0) > 0;
  return hasProduced ? { usage, seenOutputTokens, failure } : { ...NOTHING, failure };
}

/** A stream of Cohere's first API: a line of JSON for each event, the last of which has the usage. */
function seenInLines(text: string): ObservedUsage {
  const meter = new UsageMeter();
  for (const line of text.split('\n')) meter.see(parseJson(line));
  const { usage, seenOutputTokens } = meter;
  return { usage, seenOutputTokens };
}

/** Output tokens of an answer that broke off: OpenRouter returns it beside its error. */
function writtenIn(json: unknown): number {
  const choices = member(json, 'choices');
  if (!Array.isArray(choices)) return 0;
  const meter = new UsageMeter();
  meter.see({ choices: choices.map((choice) => (isObject(choice) ? choice.message : undefined)) });
  return meter.seenOutputTokens;
}
