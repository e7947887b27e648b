import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/limits.ts';

/** How many milliseconds each unit has, by its name in lower case. */
export type Units = Readonly<Record<string, number>>;

export function units(ms: number, names: string): Units {
  return Object.fromEntries(names.split(' ').map((name) => [name, ms]));
}

/** Units as hosts write them. */
export const UNITS: Units = {
  ...units(1, 'ms msec msecs milli millis millisecond milliseconds'),
  ...units(SECOND_MS, 's sec secs second seconds'),
  ...units(MINUTE_MS, 'm min mins minute minutes'),
  ...units(HOUR_MS, 'h hr hrs hour hours'),
  ...units(DAY_MS, 'd day days'),
  ...units(7 * DAY_MS, 'w week weeks'),
};

/** `[d.]hh:mm:ss`, as .NET prints a time span (Azure API Management). */
export const CLOCK: string = '(?:\\d{1,4}\\.)?\\d{1,4}:\\d\\d:\\d\\d';

const CLOCK_PARTS = /^(?:(\d{1,4})\.)?(\d{1,4}):(\d\d):(\d\d)(?:\.\d{1,9})?$/;
/** ISO 8601, without years and months, whose length varies. */
const ISO_PARTS =
  /^P(?=[\dT])(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/i;

/** Time spans in some units. */
export interface Spans {
  /** One in words or letters, to be put into a pattern that is not case-sensitive. */
  readonly pattern: string;
  /**
   * A time span in milliseconds: in words (`1 hour and 5 minutes`, `30 sec`, `8h 44m`), as ISO 8601
   * (`PT30S`) or as `[d.]hh:mm:ss`. `undefined` for anything else.
   */
  readonly parse: (text: string) => number | undefined;
}

export function spansIn(unitMs: Units): Spans {
  // The longest first: `ms` before `m`.
  const names = Object.keys(unitMs).sort((a, b) => b.length - a.length);
  const part = `(?:(\\d{1,16}(?:\\.\\d{1,16})?)[ -]{0,2}|\\b(?:an?|one) )(${names.join('|')})(?![a-z])`;
  const unnamed = part.replaceAll(/\((?!\?)/g, '(?:');
  const pattern = `${unnamed}(?:[ ,]{0,2}(?:and )?${unnamed}){0,6}`;
  const whole = new RegExp(`^${pattern}$`, 'i');
  const each = new RegExp(part, 'gi');
  // Without a number it is one: `an hour`.
  const sum = (text: string): number =>
    [...text.matchAll(each)].reduce(
      (ms, [, amount = '1', unit = '']) => ms + Number(amount) * (unitMs[unit.toLowerCase()] ?? 0),
      0,
    );
  const parse = (text: string): number | undefined => {
    const trimmed = text.trim();
    return whole.test(trimmed) ? safe(sum(trimmed)) : inFigures(trimmed);
  };
  return { pattern, parse };
}

export const parseSpanMs: (text: string) => number | undefined = spansIn(UNITS).parse;

function inFigures(text: string): number | undefined {
  const [isClock, days, hours, minutes, seconds] = CLOCK_PARTS.exec(text) ?? [];
  if (isClock !== undefined) return safe(sumMs([undefined, days, hours, minutes, seconds]));
  const [isIso, ...parts] = ISO_PARTS.exec(text) ?? [];
  return isIso === undefined ? undefined : safe(sumMs(parts));
}

/** Of weeks, days, hours, minutes and seconds. */
function sumMs(parts: readonly (string | undefined)[]): number {
  const factors = [7 * DAY_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS];
  return factors.reduce((sum, factor, index) => sum + factor * Number(parts[index] ?? 0), 0);
}

/** Rounded to the microsecond, because 8.64 · 1000 isn't 8640 in binary. */
function safe(ms: number): number | undefined {
  return ms <= Number.MAX_SAFE_INTEGER ? Math.round(ms * 1000) / 1000 : undefined;
}
