import { describe, expect, it } from 'vitest';
import { type OperatorWord, restMs, withWord } from '../../src/shared/operator-pauses.ts';

describe('what operators say of lanes', () => {
  const said = (...words: [string | undefined, number][]): OperatorWord[] =>
    words.reduce<OperatorWord[]>((all, [model, until]) => withWord(all, { model, until }, 0), []);

  it('holds for the lanes that are named, or for all', () => {
    expect(restMs(said(['m', 50]), ['m', 'host/m'], 10)).toBe(40);
    expect(restMs(said(['m', 50]), ['other'], 10)).toBe(0);
    expect(restMs(said([undefined, 50]), ['other'], 10)).toBe(40);
    expect(restMs(said([undefined, 50]), ['other'], 60)).toBe(0);
  });

  it('is what was said last', () => {
    expect(restMs(said([undefined, 50], ['m', 0]), ['m'], 10)).toBe(0);
    expect(restMs(said([undefined, 50], ['m', 0]), ['other'], 10)).toBe(40);
    expect(restMs(said(['m', 50], [undefined, 20]), ['m'], 10)).toBe(10);
    expect(restMs(said(['m', 50], ['host/m', 0]), ['m', 'host/m'], 10)).toBe(0);
  });

  it('is forgotten as soon as it makes no difference', () => {
    expect(said(['m', 0])).toEqual([]);
    expect(said(['m', 50], [undefined, 0])).toEqual([]);
    expect(said(['m', 50], ['m', 0])).toEqual([]);
    expect(said([undefined, 50], ['m', 0])).toHaveLength(2);
  });
});
