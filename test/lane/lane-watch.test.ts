import { describe, expect, it } from 'vitest';
import { GuardedEmitter } from '../../src/guarded-emitter.ts';
import { LaneWatch } from '../../src/lane/lane-watch.ts';
import type { LaneState } from '../../src/rules/lane-state.ts';
import { laneOf, someCall, told } from '../rules/lanes.ts';

const REF = { lane: 'host/m', model: 'm' };

interface Watched {
  readonly lane: LaneState;
  readonly events: unknown[];
  /** Has the watch look, and returns the pause that has ended. */
  readonly look: (aheadMs?: number) => unknown;
}

function watched(...names: readonly ('paused' | 'resumed' | 'limits')[]): Watched {
  const emitter = new GuardedEmitter();
  const events: unknown[] = [];
  for (const name of names) {
    emitter.on(name, (event) => events.push([name, event]));
  }
  const lane = laneOf(5);
  const watch = new LaneWatch(REF, emitter);
  return { lane, events, look: (aheadMs = 0) => watch.notice(lane, aheadMs) };
}

describe('a watch', () => {
  it('tells of a pause once, and once of its end', () => {
    const { lane, events, look } = watched('paused', 'resumed');
    told(lane, { kind: 'pause', forMs: 1500.5 }, 100);
    expect([look(), look()]).toEqual([undefined, undefined]);
    const pause = { cause: 'operator', retryAfterMs: 1501, until: 1601 };
    expect(events).toEqual([['paused', { ...REF, ...pause }]]);
    told(lane, { kind: 'resume' }, 700);
    expect(look()).toBe(600);
    expect(look()).toBeUndefined();
    expect(events.slice(1)).toEqual([['resumed', { ...REF, ...pause, pausedMs: 600 }]]);
  });

  it('tells of a pause that follows another one', () => {
    const { lane, events, look } = watched('paused', 'resumed');
    told(lane, { kind: 'pause', forMs: 500 }, 0);
    look();
    told(lane, { kind: 'pause', forMs: 900 }, 200);
    expect(look()).toBe(200);
    expect(events).toMatchObject([
      ['paused', { until: 500 }],
      ['resumed', { until: 500 }],
      ['paused', { until: 1100, retryAfterMs: 900 }],
    ]);
  });

  it('tells of times by this process’s clock, and takes no drift between clocks for another pause', () => {
    const { lane, events, look } = watched('paused', 'resumed');
    told(lane, { kind: 'pause', forMs: 500 }, 10_000);
    look(4000);
    look(4049);
    expect(events).toMatchObject([['paused', { until: 6500 }]]);
    look(4100);
    expect(events).toHaveLength(3);
  });

  it('tells what the limits are with each report, and only then', () => {
    const { lane, events, look } = watched('limits');
    const call = someCall(1);
    told(lane, { kind: 'told', call, stated: { limits: [], concurrency: undefined } }, 0);
    look();
    look();
    const limit = { dimension: 'requests', max: 60, windowMs: 60_000, source: 'given' };
    const news = { limits: [limit], lowered: [], othersShare: 0, concurrency: 100 };
    expect(events).toEqual([['limits', { ...REF, ...news }]]);
    const stated = { limits: [{ dimension: 'requests', max: 30, windowMs: 60_000 } as const] };
    told(lane, { kind: 'told', call, stated: { ...stated, concurrency: 7 } }, 0);
    look();
    expect(events.slice(1)).toMatchObject([
      ['limits', { limits: [{ max: 30, source: 'refusal' }], concurrency: 7 }],
    ]);
  });
});
