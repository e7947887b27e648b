import { HOUR_MS, type LimitSource, MINUTE_MS, type Subject } from '../../model/limits.ts';
import { isSameLimit } from '../limits/metered-limit.ts';

/**
 * What one response says is believed for so long, unless another one says it too: so short that a
 * false limit delays no call by more than a minute, with the time to catch up.
 */
const ALONE_MS = 0.75 * MINUTE_MS;
/**
 * What two responses say is sure for so long. A limit that only refusals state is tried again then: a
 * lane that obeys it is refused no more, so nothing corrects it.
 */
const SURE_MS = HOUR_MS;

/** So many responses in a row may leave a limit out that servers show: of another kind of call. */
const MOST_SILENT = 3;

/** A limit of a minute or less that a call has exceeded so many times over isn't enforced. */
const FAR_ABOVE = 10;

/** A response that says how high a limit is. */
export interface Witness {
  readonly max: number;
  /** When it came. */
  readonly at: number;
  /** Which one: its call was the lane's so-many-eth request. Absent where the call was refused before. */
  readonly request: number | undefined;
  /** It is hard to believe, and counts beside another one only. */
  readonly isOdd: boolean;
}

/** Where responses say it. */
export type Place = Extract<LimitSource, 'headers' | 'refusal'>;

/** What the last two responses said of one limit. */
export interface Evidence extends Subject {
  readonly source: Place;
  latest: Witness;
  earlier: Witness | undefined;
  /** Responses since then that show other limits, and not this one. */
  silent: number;
  /** What headers showed when a refusal stated less: not believed until it changes. */
  against: number | undefined;
  /** The largest call that has passed though headers show less; 0 where none has. */
  passed: number;
}

/** What is believed of a limit. */
export interface Belief {
  readonly max: number;
  /** One response alone says that it is so low, or it was long ago. */
  readonly isAlone: boolean;
}

/** Another response, or another place of the same one: then the stricter of the two counts. */
export function hear(evidence: Evidence, witness: Witness): void {
  const { latest } = evidence;
  evidence.silent = 0;
  if (witness.request !== undefined && latest.request !== witness.request) {
    evidence.earlier = latest;
    evidence.latest = witness;
  } else if (witness.max <= latest.max) evidence.latest = witness;
}

/** A call of that cost has passed: returns whether that is news. */
export function exceed(evidence: Evidence, cost: number): boolean {
  if (evidence.source !== 'headers' || cost <= Math.max(evidence.latest.max, evidence.passed))
    return false;
  evidence.passed = cost;
  return true;
}

/**
 * What is believed of the limit now; `undefined` where that is nothing. A limit that a call has
 * exceeded by itself may be a rate, to which larger calls are spread; it turns none away.
 */
export function believed(evidence: Evidence, now: number): Belief | undefined {
  const belief = said(evidence, now);
  if (belief === undefined) return undefined;
  const { max, isAlone } = belief;
  const { passed, windowMs, source } = evidence;
  if (passed > (windowMs > MINUTE_MS ? max : FAR_ABOVE * max)) return undefined;
  // Hosts that show limits by the second average them: a call may be larger.
  const mayExceed = passed > max || (source === 'headers' && windowMs < MINUTE_MS);
  return { max, isAlone: isAlone || mayExceed };
}

function said(evidence: Evidence, now: number): Belief | undefined {
  const { latest, earlier } = evidence;
  const isFresh = !latest.isOdd && now < latest.at + ALONE_MS;
  if (earlier === undefined) return isFresh ? { max: latest.max, isAlone: true } : undefined;
  if (isFresh) return { max: latest.max, isAlone: latest.max < earlier.max };
  if (isLapsed(evidence, now) && evidence.windowMs <= MINUTE_MS) return undefined;
  // While calls are rejected for it, no response can correct it.
  const isOld = now >= (evidence.source === 'headers' ? latest.at + ALONE_MS : sureUntil(evidence));
  return { max: Math.max(latest.max, earlier.max), isAlone: isOld };
}

/**
 * Whether what was sure of a limit that only refusals state is to be tried again: a guess begins
 * there; one of more than a minute stays, and one call at a time may exceed it.
 */
export function isLapsed(evidence: Evidence, now: number): boolean {
  const { source, earlier } = evidence;
  return source === 'refusal' && earlier !== undefined && now >= sureUntil(evidence);
}

/**
 * Another response shows limits, and not this one. Returns whether it was a stray: servers show the
 * same limits each time.
 */
export function passOver(evidence: Evidence): boolean {
  if (evidence.source !== 'headers') return false;
  evidence.silent++;
  return evidence.silent >= MOST_SILENT;
}

/** What is believed now stays so: responses go on to say the same. */
export function holdBelief(evidence: Evidence, now: number): void {
  const { latest } = evidence;
  if (now < latest.at + ALONE_MS || isLongRefusal(evidence))
    evidence.latest = { ...latest, at: Number.POSITIVE_INFINITY };
}

/** When something else is believed of the limit, if no response says anything; infinite: never. */
export function changesAt(evidence: Evidence, now: number): number {
  const { latest, source, earlier } = evidence;
  const times = [latest.isOdd ? 0 : latest.at + ALONE_MS];
  if (source === 'refusal' && earlier !== undefined) times.push(sureUntil(evidence));
  return Math.min(...times.filter((at) => at > now));
}

function isLongRefusal({ source, windowMs, earlier }: Evidence): boolean {
  return source === 'refusal' && windowMs > MINUTE_MS && earlier !== undefined;
}

function sureUntil({ latest }: Evidence): number {
  return latest.at + SURE_MS;
}

/** What responses have said of a limit, in headers or in refusals. */
export function evidenceOf(
  all: readonly Evidence[],
  limit: Subject,
  source: Place,
): Evidence | undefined {
  for (const each of all) if (each.source === source && isSameLimit(each, limit)) return each;
  return undefined;
}
