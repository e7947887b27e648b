import type { Allotment, Grant, Left } from '../model/grant.ts';
import type { Learned } from '../model/learned.ts';
import { DIMENSIONS } from '../model/limits.ts';
import type { PauseCause } from '../model/refusal.ts';
import type { Answer } from '../stores/shared-lane.ts';
import {
  asCost,
  asDimension,
  asList,
  asNumber,
  asObject,
  asOneOf,
  asRecord,
  asString,
  type JsonObject,
  objectFrom,
} from './json.ts';

/** What the lane's script has answered. */
export interface LaneReply {
  readonly answer: Answer;
  /** To be handed back as it is: what the server needs to be told if it forgets. */
  readonly memo: string;
  /** The same of each caller, by its id. */
  readonly callerMemos: Readonly<Record<string, string>>;
  /** Whether as many calls are in flight as may be, in all processes together. */
  readonly isFull: boolean;
  /** Whether the server keeps this process a place in the order. */
  readonly hasTicket: boolean;
  /** When the server began to know anything of the store. */
  readonly bornAt: number | undefined;
}

const CAUSES: readonly PauseCause[] = ['rate', 'daily', 'ramp', 'capacity'];
const HELD_BY = [...DIMENSIONS, 'concurrency'] as const;
const WAITS_FOR = [...HELD_BY, 'paused', 'queue'] as const;

/** Reads an answer; `undefined` where it is none, or one to a batch that came too late. */
export function laneReply(text: unknown): LaneReply | undefined {
  const reply = objectFrom(text);
  const now = asNumber(reply?.now);
  if (reply === undefined || now === undefined) return undefined;
  return {
    answer: answerOf(reply, now),
    memo: asString(reply.memo) ?? '',
    callerMemos: asRecord(reply.callers, asString),
    isFull: reply.isFull === true,
    hasTicket: reply.hasTicket === true,
    bornAt: asNumber(reply.bornAt),
  };
}

function answerOf(reply: JsonObject, now: number): Answer {
  return {
    now,
    granted: asList(reply.granted, (each) => grantOf(each, now, asNumber(reply.epoch) ?? 0)),
    held: asList(reply.held, heldOf),
    wait: waitOf(asObject(reply.wait)),
    first: firstOf(asObject(reply.first)),
    head: headOf(asObject(reply.head)),
    pause: pauseOf(asObject(reply.pause)),
    learned: learnedOf(asObject(reply.learned)),
    levels: asRecord(reply.levels, asNumber),
    callers: asRecord(reply.left, allotmentOf),
    instances: asNumber(reply.instances) ?? 1,
  };
}

function grantOf({ index, taken }: JsonObject, at: number, epoch: number): Grant | undefined {
  return typeof index === 'number' ? { index, at, epoch, taken: asCost(taken) } : undefined;
}

function heldOf({ index, waitMs, ...held }: JsonObject): Answer['held'][number] | undefined {
  const dimension = asOneOf(held.dimension, HELD_BY);
  if (typeof index !== 'number' || typeof waitMs !== 'number') return undefined;
  return dimension && { index, waitMs, dimension };
}

function waitOf(wait: JsonObject | undefined): Answer['wait'] {
  const waitMs = asNumber(wait?.waitMs);
  const reason = asOneOf(wait?.reason, WAITS_FOR);
  return waitMs === undefined || reason === undefined ? undefined : { waitMs, reason };
}

function firstOf(first: JsonObject | undefined): Answer['first'] {
  const index = asNumber(first?.index);
  const wait = waitOf(first);
  return index === undefined || wait === undefined ? undefined : { index, ...wait };
}

function allotmentOf(left: unknown): Allotment {
  return asRecord(left, (each) => leftOf(asObject(each)));
}

function leftOf(left: JsonObject | undefined): Left | undefined {
  const [level, resetMs] = [left?.level, left?.resetMs].map(asNumber);
  return level === undefined || resetMs === undefined ? undefined : { level, resetMs };
}

function headOf(head: JsonObject | undefined): Answer['head'] {
  const index = asNumber(head?.index);
  const by = asNumber(head?.by);
  return index === undefined || by === undefined ? undefined : { index, by };
}

function pauseOf(pause: JsonObject | undefined): Answer['pause'] {
  const cause = asOneOf(pause?.cause, CAUSES);
  const [epoch, since, until] = [pause?.epoch, pause?.since, pause?.until].map(asNumber);
  if (cause === undefined || epoch === undefined) return undefined;
  return since === undefined || until === undefined ? undefined : { epoch, cause, since, until };
}

function learnedOf(learned: JsonObject | undefined): Learned | undefined {
  const version = asNumber(learned?.version);
  if (learned === undefined || version === undefined) return undefined;
  return {
    version,
    limits: asList(learned.limits, limitOf),
    rateShare: asNumber(learned.rateShare) ?? 1,
    strictness: asNumber(learned.strictness) ?? 0,
  };
}

function limitOf(limit: JsonObject): Learned['limits'][number] | undefined {
  const dimension = asDimension(limit.dimension);
  const { max, windowMs, source } = limit;
  if (dimension === undefined || typeof max !== 'number') return undefined;
  if (typeof windowMs !== 'number' || typeof source !== 'string') return undefined;
  return { dimension, max, windowMs, source };
}
