import type { Asked, Ending, Note, Seen, Taken, Written } from '../../shared/cell.ts';

/** What the script has answered. @throws Error for what is nothing of the kind */
export function cellReply(reply: unknown): Written {
  const list: readonly unknown[] = Array.isArray(reply) ? reply : [];
  const [kind, micros, ...rest] = list;
  const now = Number(micros) / 1000;
  if (kind === 'asked' || kind === 'late') return { kind, now };
  if (kind === 'written') return { kind, now, inbox: notesIn(rest[0]) };
  if (kind === 'seen') {
    const [version, text, inbox] = rest;
    return { kind, now, version: String(version), text: String(text), inbox: notesIn(inbox) };
  }
  throw unexpected(reply);
}

export function seenInReply(reply: unknown): Seen {
  const read = cellReply(reply);
  if (read.kind === 'seen') return read;
  throw unexpected(reply);
}

export function askedIn(reply: unknown): Asked {
  const read = cellReply(reply);
  if (read.kind !== 'written') return read;
  throw unexpected(reply);
}

export function takenInReply(reply: unknown): Taken | Ending | Asked {
  const list: readonly unknown[] = Array.isArray(reply) ? reply : [];
  const [kind, micros, version, before, text, heard] = list;
  const now = Number(micros) / 1000;
  if (kind === 'ending') return { kind, now };
  if (kind !== 'taken') return askedIn(reply);
  const sums = String(before).split(' ').map(Number);
  const isHeard = Number(heard) === 1;
  return { kind, now, version: String(version), before: sums, text: String(text), isHeard };
}

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
  return new Error(`Redis sent an unexpected reply: ${JSON.stringify(reply)}`);
}
