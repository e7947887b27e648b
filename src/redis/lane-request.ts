import type { KeySpec, MeterSpec } from '../model/meter-spec.ts';
import type { Ask, Candidate, Note } from '../stores/shared-lane.ts';
import type { Memo } from './caller-memos.ts';
import { toJson } from './json.ts';

/** A batch of notes, with at most one question. */
export interface Batch {
  /** Greater than that of any batch before; a batch that is sent again keeps its own. */
  readonly seq: number;
  readonly notes: readonly Note[];
  readonly ask?: Ask | undefined;
  /** When it was asked, by the process's clock: what has waited has waited since. */
  readonly askedAt?: number | undefined;
  /** Callers whose calls in flight are to be kept counted. */
  readonly kept?: readonly KeySpec[];
}

/** What a process knows of itself and of a lane. */
export interface Asker {
  readonly pid: string;
  readonly lane: string;
  readonly leaseMs: number;
  readonly ticketLeaseMs: number;
  readonly inFlight: number;
  readonly meters: readonly MeterSpec[];
  readonly version: number;
  readonly memo: Memo | undefined;
  readonly inFlightOf: (caller: string) => number;
  readonly memoOf: (caller: string) => Memo | undefined;
  /** A time of the process in the server's; `undefined` where that isn't known. */
  readonly serverTime: (at: number) => number | undefined;
}

/** What the lane's script reads, and the callers that it is about, in their order. */
export interface LaneRequest {
  readonly callers: readonly KeySpec[];
  readonly input: string;
}

/** Each caller is sent once; notes and candidates name it by its number, from 1 on. */
export function laneRequest(batch: Batch, asker: Asker): LaneRequest {
  const callers = new Map<string, KeySpec>();
  for (const spec of specsIn(batch)) callers.set(spec.id, spec);
  const numbers = new Map([...callers.keys()].map((id, i) => [id, i + 1]));
  const kept = new Set(batch.kept?.map(({ id }) => id));
  const input = toJson({
    ...asker,
    member: `${asker.pid}/${asker.lane}`,
    memo: asker.memo?.text,
    memoAt: asker.memo?.at,
    seq: batch.seq,
    keys: [...callers.values()].map((spec) => callerJson(spec, asker, kept.has(spec.id))),
    notes: batch.notes.map((note) =>
      note.kind === 'ended' ? { ...note, key: numbers.get(note.key.id) } : note,
    ),
    ask: batch.ask && askJson(batch.ask, numbers, cameAt(batch, asker)),
  });
  return { callers: [...callers.values()], input };
}

function specsIn({ notes, ask, kept = [] }: Batch): KeySpec[] {
  const noted = notes.flatMap((note) => (note.kind === 'ended' ? [note.key] : []));
  const next = ask?.next === undefined ? [] : [ask.next];
  const asked = [...(ask?.candidates ?? []), ...next].map(({ key }) => key);
  return [...kept, ...noted, ...asked];
}

/** When a call came, by the server's clock: a time that is the same whenever it is told. */
function cameAt(
  { askedAt }: Batch,
  { serverTime }: Asker,
): (call: Candidate) => number | undefined {
  return ({ waitedMs }) => (askedAt === undefined ? undefined : serverTime(askedAt - waitedMs));
}

function askJson(
  { concurrency, candidates, next }: Ask,
  numbers: ReadonlyMap<string, number>,
  cameAt: (call: Candidate) => number | undefined,
): object {
  const numbered = (each: Candidate): object => ({
    ...each,
    key: numbers.get(each.key.id),
    at: cameAt(each),
  });
  return { concurrency, candidates: candidates.map(numbered), next: next && numbered(next) };
}

function callerJson(spec: KeySpec, asker: Asker, isKept: boolean): object {
  const memo = asker.memoOf(spec.id);
  return {
    ...spec,
    isKept,
    inFlight: asker.inFlightOf(spec.id),
    memo: memo?.text,
    memoAt: memo?.at,
  };
}
