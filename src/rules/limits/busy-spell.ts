/** A shorter interruption does not end a spell. */
const INTERRUPTION_MS = 5000;

/** The time in which a limit has been delaying calls without a long interruption. */
export interface BusySpell {
  from: number;
  until: number;
}

export function newBusySpell(): BusySpell {
  return { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY };
}

/** Records that the limit delays a call by `forMs` from `now` on. */
export function markBusy(spell: BusySpell, forMs: number, now: number): void {
  if (now > spell.until + INTERRUPTION_MS) spell.from = now;
  spell.until = Math.max(spell.until, now + forMs);
}

/** Milliseconds since the spell began. 0 if it is over. */
export function busySince(spell: BusySpell, now: number): number {
  return now > spell.until + INTERRUPTION_MS ? 0 : Math.max(0, now - spell.from);
}
