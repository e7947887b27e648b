import { expect, test } from 'vitest';
import { Turnstile } from '../../src/shared/turnstile.ts';

test('as many as may go through at once; then in order, and who is pressed before all others', async () => {
  const turnstile = new Turnstile(2);
  const through: string[] = [];
  const enter = async (name: string, isPressing = false): Promise<void> => {
    await turnstile.enter(isPressing);
    through.push(name);
  };
  const all = [enter('a'), enter('b'), enter('c'), enter('d', true), enter('e')];
  await Promise.all(all.slice(0, 2));
  expect(through).toEqual(['a', 'b']);
  for (let i = 0; i < 3; i++) turnstile.leave();
  await Promise.all(all);
  expect(through).toEqual(['a', 'b', 'd', 'c', 'e']);
  for (let i = 0; i < 2; i++) turnstile.leave();
  expect(turnstile.enter(false)).toBeUndefined();
});
