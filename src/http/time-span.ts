import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/limits.ts';

/** Units as hosts write them, in lower case, also in other languages. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ...units(1, 'ms msec msecs milli millis millisecond milliseconds 毫秒'),
  ...units(
    SECOND_MS,
    's sec secs second seconds 秒 秒钟 秒鐘 초 sekunde sekunden seconde secondes',
  ),
  ...units(SECOND_MS, 'segundo segundos secondo secondi секунду секунды секунди секунд сек'),
  ...units(SECOND_MS, 'seconden sekundy sekund saniye detik giây'),
  ...units(MINUTE_MS, 'm min mins minute minutes 分 分钟 分鐘 분 minuten minuto minutos minuti'),
  ...units(MINUTE_MS, 'минуту минуты минут мин хвилину хвилини хвилин'),
  ...units(MINUTE_MS, 'minuut minuty minut dakika menit phút'),
  ...units(
    HOUR_MS,
    'h hr hrs hour hours 小时 小時 時間 시간 stunde stunden heure heures hora horas',
  ),
  ...units(HOUR_MS, 'час часа часов годину години годин'),
  ...units(HOUR_MS, 'uur godziny godzin saat jam giờ'),
  ...units(DAY_MS, 'd day days 天'),
  ...units(7 * DAY_MS, 'w week weeks'),
};

function units(ms: number, names: string): Record<string, number> {
  return Object.fromEntries(names.split(' ').map((name) => [name, ms]));
}

/** The longest first: `ms` before `m`. */
const UNIT = Object.keys(UNIT_MS)
  .sort((a, b) => b.length - a.length)
  .join('|');
const PART = `(?:(\\d{1,16}(?:\\.\\d{1,16})?)[ -]{0,2}|\\b(?:an?|one) )(${UNIT})(?![a-z])`;
const UNNAMED_PART = PART.replaceAll(/\((?!\?)/g, '(?:');

/** A time span in words or letters, to be put into a pattern that is not case-sensitive. */
export const SPAN: string = `${UNNAMED_PART}(?:[ ,]{0,2}(?:and )?${UNNAMED_PART}){0,6}`;

/** `[d.]hh:mm:ss`, as .NET prints a time span (Azure API Management). */
export const CLOCK: string = '(?:\\d{1,4}\\.)?\\d{1,4}:\\d\\d:\\d\\d';

const WHOLE_SPAN = new RegExp(`^${SPAN}$`, 'i');
const EACH_PART = new RegExp(PART, 'gi');
const CLOCK_PARTS = /^(?:(\d{1,4})\.)?(\d{1,4}):(\d\d):(\d\d)(?:\.\d{1,9})?$/;
/** ISO 8601, without years and months, whose length varies. */
const ISO_PARTS =
  /^P(?=[\dT])(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/i;

/**
 * A time span in milliseconds: in words (`1 hour and 5 minutes`, `30 sec`, `8h 44m`), as ISO 8601
 * (`PT30S`) or as `[d.]hh:mm:ss`. `undefined` for anything else.
 */
export function parseSpanMs(text: string): number | undefined {
  const trimmed = text.trim();
  if (WHOLE_SPAN.test(trimmed)) {
    const parts = [...trimmed.matchAll(EACH_PART)];
    return safe(parts.reduce((sum, [, amount, unit]) => sum + partMs(amount, unit), 0));
  }
  const [isClock, days, hours, minutes, seconds] = CLOCK_PARTS.exec(trimmed) ?? [];
  if (isClock !== undefined) return safe(sumMs([undefined, days, hours, minutes, seconds]));
  const [isIso, ...parts] = ISO_PARTS.exec(trimmed) ?? [];
  return isIso === undefined ? undefined : safe(sumMs(parts));
}

/** Without a number it is one: `an hour`. */
function partMs(amount = '1', unit = ''): number {
  return Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? 0);
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
