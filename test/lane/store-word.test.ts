import { describe, expect, it } from 'vitest';
import { Caller } from '../../src/callers/caller.ts';
import { StoreWord } from '../../src/lane/store-word.ts';
import type { WaitingCall } from '../../src/queue/waiting-call.ts';
import type { Hold, Verdict } from '../../src/stores/turns-host.ts';

function callOf(caller = new Caller('ann')): WaitingCall {
  return {
    cost: {},
    counted: {},
    counts: false,
    expects: [],
    ticket: 0,
    since: 0,
    caller,
    maxWaitMs: Number.POSITIVE_INFINITY,
    signal: undefined,
    deadline: undefined,
    taken: undefined,
    error: undefined,
  };
}

function setup() {
  const word = new StoreWord();
  const told: string[] = [];
  const come = (name: string, caller?: Caller) => {
    const call = callOf(caller);
    return { call, stop: word.await(call, () => told.push(name)) };
  };
  const answer = (verdict: Partial<Verdict>, now = 0): void => {
    word.answered({ calls: [], ofCallers: [], ofLane: undefined, ...verdict }, now);
  };
  return { word, told, come, answer };
}

const hold = (call: WaitingCall, waitMs: number, reason: Hold['reason'] = 'requests'): Hold => {
  return { call, waitMs, reason };
};

describe('what a store says', () => {
  it('of the lane is told to all that had come when it was asked, in their order', () => {
    const { word, told, come, answer } = setup();
    const { call } = come('first');
    come('second', new Caller('bob'));
    word.asking();
    come('later');
    answer({ ofLane: hold(call, 1000) });
    expect(told).toEqual(['first', 'second']);
    word.asking();
    answer({ ofLane: hold(call, 900) });
    expect(told).toEqual(['first', 'second', 'later']);
  });

  it('of a caller is told to its calls alone, and to those that come while it lasts', () => {
    const { word, told, come, answer } = setup();
    const ann = new Caller('ann');
    come('bob’s', new Caller('bob'));
    const { call } = come('ann’s', ann);
    word.asking();
    answer({ calls: [call], ofCallers: [hold(call, 1000)] });
    expect(told).toEqual(['ann’s']);
    come('ann’s second', ann);
    word.asking();
    answer({}, 500);
    expect(told).toEqual(['ann’s', 'ann’s second']);
    come('ann’s third', ann);
    word.asking();
    answer({}, 1000);
    expect(told).toHaveLength(2);
  });

  it('is nothing yet, where others only have their turn first, or no answer came', () => {
    const { word, told, come, answer } = setup();
    const { call } = come('first');
    word.asking();
    answer({ ofLane: hold(call, 20, 'queue') });
    word.answered(undefined, 0);
    expect(told).toEqual([]);
    word.tellAll();
    expect(told).toEqual(['first']);
  });

  it('is not told to calls that have gone, nor to those that nobody was asked about in the end', () => {
    const { word, told, come } = setup();
    come('gone').stop();
    come('stays');
    word.asking();
    come('unasked');
    word.forget();
    word.tellAll();
    expect(told).toEqual(['stays']);
  });
});
