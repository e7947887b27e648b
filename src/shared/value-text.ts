import { AHEAD_MS } from './cell.ts';
import type { Kept, Member, Value } from './value.ts';
import type { Next, Rules } from './value-rules.ts';

/** Of everything but the rules' own state. */
const PROTOCOL_FORMAT = 2;

/** Written by a newer version of this package. */
export interface Newer {
  readonly kind: 'newer';
  readonly at: number;
}

/** One line about the members, the rest is the rules' state. All times are relative to `value.at`. */
export function packValue<State, Answer>(
  { pack, format }: Pick<Rules<State, unknown, Answer>, 'pack' | 'format'>,
  value: Value<State, Answer>,
): string {
  const { generation, count, at, writer, second, next } = value;
  const members = Object.entries(value.members).map(([name, each]) => packMember(name, each, at));
  const packedNext = next && [relative(next.at, at), next.member];
  const head = [
    PROTOCOL_FORMAT,
    format,
    generation,
    count,
    at,
    writer,
    second,
    packedNext ?? 0,
    members,
  ];
  return `${JSON.stringify(head)}\n${pack(value.rules, at)}`;
}

function packMember(name: string, each: Member<unknown>, at: number): unknown[] {
  const { incarnation, applied, order, heardAt, answered, kept, isAway } = each;
  const packedKept = packKept(kept, at);
  const heard = relative(heardAt, at);
  const numbers = [incarnation, applied, order, heard, answered, isAway ? 1 : 0];
  return [name, ...numbers, packedKept];
}

function relative(time: number, at: number): number {
  return Math.round((time - at) * 1000) / 1000;
}

/**
 * The value that `text` holds; `undefined` where it is none. Where it comes from the future, the
 * store's clock was set back: then all its times are moved back with it.
 */
export function unpackValue<State, Answer>(
  rules: Pick<Rules<State, unknown, Answer>, 'unpack' | 'format'>,
  text: string,
  now: number,
): Value<State, Answer> | Newer | undefined {
  const end = text.indexOf('\n');
  const head = listOf(text.slice(0, end));
  if (head === undefined || !head.slice(0, 5).every(isNumber)) return undefined;
  const [own, format, generation, count, writtenAt] = head.filter(isNumber);
  if (own === undefined || format === undefined || writtenAt === undefined) return undefined;
  if (own > PROTOCOL_FORMAT || format > rules.format) return { kind: 'newer', at: writtenAt };
  const at = writtenAt > now + AHEAD_MS ? now : writtenAt;
  const [writer, second, next, packed] = head.slice(5);
  const members = membersOf<Answer>(packed, at);
  const state = rules.unpack(text.slice(end + 1), at, format);
  if (state === undefined || members === undefined) return undefined;
  if (generation === undefined || count === undefined) return undefined;
  if (typeof writer !== 'string' || typeof second !== 'string') return undefined;
  return { generation, count, at, writer, second, next: nextOf(next, at), members, rules: state };
}

export function listOf(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function nextOf(packed: unknown, at: number): Next | undefined {
  if (!Array.isArray(packed)) return undefined;
  const [time, member]: unknown[] = packed;
  if (!isNumber(time) || typeof member !== 'string') return undefined;
  return { at: time + at, member };
}

function membersOf<Answer>(
  packed: unknown,
  at: number,
): Record<string, Member<Answer>> | undefined {
  if (!Array.isArray(packed)) return undefined;
  const members: Record<string, Member<Answer>> = {};
  for (const each of packed) {
    if (!Array.isArray(each)) return undefined;
    const [name, ...fields]: unknown[] = each;
    const member = memberOf<Answer>(fields, at);
    if (typeof name !== 'string' || member === undefined) return undefined;
    members[name] = member;
  }
  return members;
}

function memberOf<Answer>(fields: unknown[], at: number): Member<Answer> | undefined {
  const numbers = fields.slice(0, 6).filter(isNumber);
  const [incarnation = 0, applied = 0, order = 0, heard = 0, answered = 0, away] = numbers;
  // Format 1 has one more number before it.
  const kept = keptOf<Answer>(fields.at(-1), at);
  if (away === undefined || kept === undefined) return undefined;
  const own = { incarnation, applied, order, answered };
  return { ...own, heardAt: heard + at, kept, isAway: away === 1 };
}

export function packKept(kept: readonly Kept<unknown>[], at: number): unknown[] {
  return kept.map((one) => [one.number, relative(one.at, at), one.answer]);
}

/** Answers as they are written in a list of `[number, time, answer]`. */
export function keptOf<Answer>(packed: unknown, at: number): Kept<Answer>[] | undefined {
  if (!Array.isArray(packed)) return undefined;
  const kept: Kept<Answer>[] = [];
  for (const each of packed) {
    if (!Array.isArray(each)) return undefined;
    const [number, time]: unknown[] = each;
    if (!isNumber(number) || !isNumber(time)) return undefined;
    if (typeof each[2] !== 'object' || each[2] === null) return undefined;
    kept.push({ number, at: time + at, answer: each[2] });
  }
  return kept;
}
