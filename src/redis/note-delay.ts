import type { Note } from '../stores/shared-lane.ts';

/** What a process knows of a lane. */
export interface LaneSituation {
  readonly concurrency: number;
  /** Whether somebody may wait for a slot just now. */
  readonly isFull: boolean;
  /** Whether calls wait here: they ask at once, and take along what was noted. */
  readonly isWaiting: boolean;
  /** Whether calls go as others are answered: after a pause. */
  readonly isRecovering: boolean;
}

/** What somebody may wait for is told so soon, if no question takes it along first. */
const NOTE_DELAY_MS = 20;
/** And everything else: what comes back to a bucket fills it a moment later. */
const PATIENT_NOTE_DELAY_MS = 250;
const PATIENT: readonly Note['kind'][] = ['ended', 'answered', 'seen'];

/** How long a note may wait for more of them. */
export function noteDelayMs(note: Note, situation: LaneSituation): number {
  if (note.kind === 'ended' && situation.isFull && !situation.isWaiting) return 0;
  return isAwaited(note, situation) ? NOTE_DELAY_MS : PATIENT_NOTE_DELAY_MS;
}

/** Whether others may wait for just this: a call given up, a slot, or an answer after a pause. */
function isAwaited(note: Note, { concurrency, isRecovering }: LaneSituation): boolean {
  if (note.kind === 'ended' && !note.wasAnswered) return true;
  if (!PATIENT.includes(note.kind) || isRecovering) return true;
  const ofKey = note.kind === 'ended' ? note.key.concurrency : Number.POSITIVE_INFINITY;
  return Math.min(concurrency, ofKey) < Number.POSITIVE_INFINITY;
}
