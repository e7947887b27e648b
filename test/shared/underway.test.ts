import { expect, test } from 'vitest';
import { Underway } from '../../src/shared/underway.ts';

test('it is over when what was asked is answered, and what that led to', async () => {
  const underway = new Underway();
  const lines: string[] = [];
  const ask = async (name: string): Promise<void> => {
    await underway.of(new Promise((resolve) => setTimeout(resolve, 1)));
    lines.push(name);
  };
  const asking = async (): Promise<void> => {
    await undefined;
    await ask('first');
    await underway.of(Promise.reject(new Error('no'))).catch(() => lines.push('failed'));
    await ask('second');
  };
  void asking();
  await underway.over();
  expect(lines).toEqual(['first', 'failed', 'second']);
});

test('nothing asked is over at once', async () => {
  await new Underway().over();
});
