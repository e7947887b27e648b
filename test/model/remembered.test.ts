import { expect, it } from 'vitest';
import { remembered } from '../../src/model/remembered.ts';

it('makes a result once for each name, also where there is none', () => {
  const made: string[] = [];
  const of = remembered(
    ({ name }: { name: string }) => name,
    ({ name }) => {
      made.push(name);
      return name === 'nothing' ? undefined : { name };
    },
  );
  expect(of({ name: 'a' })).toBe(of({ name: 'a' }));
  expect([of({ name: 'nothing' }), of({ name: 'nothing' })]).toEqual([undefined, undefined]);
  expect(made).toEqual(['a', 'nothing']);
});

it('keeps no more than some hundred', () => {
  const made: number[] = [];
  const of = remembered(String, (each: number) => made.push(each));
  for (let i = 0; i < 2000; i++) of(i);
  of(0);
  expect(made).toHaveLength(2001);
});
