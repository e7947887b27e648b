import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../redis/support/eventually.ts';
import type { FaultyWay } from './faulty-way.ts';
import { type Kept, mostWithin, Senders } from './senders.ts';
import { StrictUpstream } from './upstream.ts';

/** A fifth of it is headroom. */
const LIMIT = { max: 100, windowMs: 2000 };
const PROCESSES = 4;
const CALLS = 80;
/** On a machine with much else to do. */
const TIMEOUT_MS = 300_000;
const PATIENCE = { commandTimeoutMs: 500, connectTimeoutMs: 500, leaseMs: 3000 };

/** What happens to a store, and what ends it. */
export type Outage<Place> = (place: Place) => Promise<void>;

/** A store of a test's own. */
export interface OutagePlace {
  readonly store: Kept;
  dispose(): Promise<void>;
}

export interface Outages<Place> {
  /** While calls wait. */
  readonly amid: Readonly<Record<string, Outage<Place>>>;
  /** Before there is any call. */
  readonly before: Readonly<Record<string, Outage<Place>>>;
}

/** Processes send calls while their store fails: none is lost, none refused, no limit exceeded. */
export function describeOutages<Place extends OutagePlace>(
  name: string,
  start: () => Promise<Place>,
  { amid, before }: Outages<Place>,
): void {
  describe.runIf(process.env.OUTAGES)(`${name}: no call is lost, and no limit is exceeded`, () => {
    const upstream = new StrictUpstream(LIMIT);
    let senders: Senders;
    beforeAll(async () => {
      senders = new Senders(PROCESSES);
      await upstream.listen();
    });
    afterAll(() => {
      senders.dispose();
      upstream.close();
    });

    const sending = async (
      begin: Outage<Place> | undefined,
      happen: Outage<Place> | undefined,
    ): Promise<void> => {
      const place = await start();
      const id = crypto.randomUUID();
      try {
        await begin?.(place);
        const reporting = senders.run({
          ...{ id, calls: CALLS, upstream: upstream.urlOf(id) },
          limits: [{ dimension: 'requests', ...LIMIT }],
          store: { ...place.store, instances: PROCESSES, ...PATIENCE },
        });
        // Each has reached the store, unless there is none, and calls wait for room.
        if (happen !== undefined) await eventually(() => upstream.sendersTo(id) === PROCESSES);
        await happen?.(place);
        const reports = await reporting;
        expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
        expect(upstream.statsOf(id)).toEqual({ answered: PROCESSES * CALLS, refused: 0 });
        expect(mostWithin(LIMIT.windowMs, reports)).toBeLessThanOrEqual(LIMIT.max);
      } finally {
        await place.dispose();
      }
    };

    for (const [what, happen] of Object.entries(amid)) {
      it.concurrent(what, () => sending(undefined, happen), TIMEOUT_MS);
    }
    for (const [what, begin] of Object.entries(before)) {
      it.concurrent(`from the start, ${what}`, () => sending(begin, undefined), TIMEOUT_MS);
    }
  });
}

export async function repeated(times: number, everyMs: number, what: () => unknown): Promise<void> {
  for (let i = 0; i < times; i++) {
    await what();
    await sleep(everyMs);
  }
}

/** What is sent over `way` goes wrong: the same for every store. */
export const ON_THE_WAY: Readonly<Record<string, Outage<{ readonly way: FaultyWay }>>> = {
  'each answer takes 200 ms': async ({ way }) => {
    way.delayMs = 100;
  },
  'each answer takes longer than may be waited for': async ({ way }) => {
    way.delayMs = 700;
    await sleep(2500);
    way.delayMs = 0;
  },
  'what is sent gets lost, and connections stay': async ({ way }) => {
    way.isBlackHole = true;
    await sleep(2500);
    way.isBlackHole = false;
  },
  'connections break on the way': ({ way }) => repeated(8, 200, () => way.reset()),
};
