import { expect, test } from 'vitest';
import { Hearing } from '../../src/shared/hearing.ts';

test('a connection is dead by which three messages in a row have not come', () => {
  const hearing = new Hearing();
  expect([hearing.unheard(), hearing.unheard()]).toEqual([false, false]);
  hearing.heard();
  const next = [1, 2, 3, 4].map(() => hearing.unheard());
  expect(next).toEqual([false, false, true, false]);
});
