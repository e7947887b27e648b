import type { Asked, Note, Seen, TakeNote, Took, Written } from '../../shared/cell.ts';

/** What the script has answered. @throws Error for what is nothing of the kind */
export function cellReply(reply: unknown): Written {
  const list: readonly unknown[] = Array.isArray(reply) ? reply : [];
  const [kind, micros, ...rest] = list;
  const now = Number(micros) / 1000;
  if (kind === 'asked' || kind === 'late') return { kind, now };
  if (kind === 'written') return { kind, now, inbox: notesIn(rest[0]) };
  if (kind === 'seen') {
    return {
      kind,
      now,
      version: String(rest[0]),
      text: String(rest[1]),
      inbox: notesIn(rest[2]),
      takes: takesIn(rest[3]),
    };
  }
  throw unexpected(reply);
}

export function seenIn(reply: unknown): Seen {
  const read = cellReply(reply);
  if (read.kind === 'seen') return read;
  throw unexpected(reply);
}

export function askedIn(reply: unknown): Asked {
  const read = cellReply(reply);
  if (read.kind !== 'written') return read;
  throw unexpected(reply);
}

/** What a take has come to. @throws Error for what is nothing of the kind */
export function tookIn(reply: unknown): Took {
  const [kind, micros]: readonly unknown[] = Array.isArray(reply) ? reply : [];
  return kind === 'taken' ? { kind, now: Number(micros) / 1000 } : askedIn(reply);
}

/** An order, a time, a member and the text, with spaces between. */
function takesIn(list: unknown): readonly TakeNote[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((each) => {
    const [, order, micros, member, text] = TAKE.exec(String(each)) ?? [];
    if (member === undefined || text === undefined) return [];
    return [{ member, order: Number(order), at: Number(micros) / 1000, text }];
  });
}

const TAKE = /^(\d+) (\d+) (\S+) (.*)$/s;

/** Members and what they have left: an order, a space, and the text. */
function notesIn(fields: unknown): readonly Note[] {
  const list: readonly unknown[] = Array.isArray(fields) ? fields : [];
  const notes: Note[] = [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    const left = String(list[i + 1]);
    const end = left.indexOf(' ');
    notes.push({
      member: String(list[i]),
      order: Number(left.slice(0, end)),
      text: left.slice(end + 1),
    });
  }
  return notes;
}

function unexpected(reply: unknown): Error {
  return new Error(`Redis has answered what no cell answers: ${JSON.stringify(reply)}`);
}
