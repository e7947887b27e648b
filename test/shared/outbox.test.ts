import { expect, it } from 'vitest';
import { Outbox, UNTOLD_MS } from '../../src/shared/outbox.ts';

/** A member that was told to be in, and has taken `calls` calls, each of which has ended. */
function busy(calls: number): Outbox<string> {
  const outbox = new Outbox<string>('a.1');
  outbox.progress({ generation: 1, incarnation: 1, isOut: false, order: 0, applied: 0 });
  for (let call = 1; call <= calls; call++) {
    outbox.push(`ask ${call}`, true);
    outbox.took(outbox.asked.numbers, [`took ${call}`], 1000);
    outbox.push(`ended ${call}`, false);
  }
  return outbox;
}

it('tells the writer what was taken after a while, or once it has much to say', () => {
  expect(busy(20).isOverdue(1000)).toBe(false);
  expect(busy(20).isOverdue(1000 + UNTOLD_MS)).toBe(true);
  expect(busy(40).isOverdue(1000)).toBe(true);
});

it('says nothing again that was applied', () => {
  const outbox = busy(40);
  outbox.progress({ generation: 1, incarnation: 1, isOut: false, order: 1, applied: 80 });
  expect(outbox.said(1000).commands).toEqual([]);
  expect(outbox.isOverdue(5000)).toBe(false);
});

it('says nothing twice of a call that was asked for and taken', () => {
  const { commands, isUrgent } = busy(2).said(1000);
  expect(commands).toEqual(['took 1', 'ended 1', 'took 2', 'ended 2']);
  expect(isUrgent).toBe(false);
});
