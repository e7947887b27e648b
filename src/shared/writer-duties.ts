import type { Said } from './note-text.ts';
import { LAPSE_MS, type Member, type Value } from './value.ts';

/** Notes that the writer has heard of and not decided about, by member. */
export type Notes = Map<string, Said<unknown>>;

/** Whether a note changes anything: most only acknowledge, or say that a member is alive. */
export function isUrgent(
  said: Said<unknown>,
  { generation, members }: Value<unknown, unknown>,
): boolean {
  const known = members[said.member];
  if (known?.incarnation !== said.incarnation || known.isAway || said.isLeaving) return true;
  if (said.generation !== 0 && said.generation !== generation) return true;
  if (said.isOverdue && said.first > known.applied) return true;
  return said.isUrgent && said.first + said.commands.length - 1 > known.applied;
}

/**
 * When an answer lapses or a member is gone, unless it is heard before; infinite: never. What the
 * members have said meanwhile is in the notes; the writer has to look into the inbox all the same.
 */
export function nextLoss(value: Value<unknown, unknown>, notes: Notes, leaseMs: number): number {
  let first = Number.POSITIVE_INFINITY;
  for (const [name, member] of Object.entries(value.members)) {
    if (name === value.writer) continue;
    first = Math.min(first, lossOf(member, notes.get(name), leaseMs));
  }
  return first;
}

function lossOf(member: Member<unknown>, said: Said<unknown> | undefined, leaseMs: number): number {
  const open = member.kept.filter(({ number }) => !said?.acks.includes(number));
  const heardAt = Math.max(member.heardAt, said?.at ?? 0);
  return Math.min(heardAt + leaseMs, ...open.map(({ at }) => at + LAPSE_MS));
}
