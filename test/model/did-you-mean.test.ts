import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { closest, didYouMean } from '../../src/model/did-you-mean.ts';
import { meantProvider, PROVIDER_NAMES } from '../../src/model/provider-name.ts';
import { PRESET_HOSTS } from '../../src/providers/host.ts';

const KNOWN = ['throttled', 'admitted', 'paused', 'maxQueue', 'concurrency', 'limits.rpm'];

describe('closest', () => {
  it.each([
    ['throtled', 'throttled'],
    ['Throttled', 'throttled'],
    ['trhottled', 'throttled'],
    ['pause', 'paused'],
    ['max_queue', 'maxQueue'],
    ['concurency', 'concurrency'],
    ['maxConcurrency', 'concurrency'],
    ['rpm', 'limits.rpm'],
    ['rmp', 'limits.rpm'],
    ['drained', undefined],
    ['r', undefined],
    ['', undefined],
  ])('takes %j for %j', (given, meant) => {
    expect(closest(given, KNOWN)).toBe(meant);
  });

  it('finds any known name again after one edit, where it is long enough', () => {
    const long = fc.constantFrom('throttled', 'admitted', 'concurrency');
    const edit = fc.record({ at: fc.nat(), kind: fc.constantFrom('drop', 'double', 'swap') });
    const property = fc.property(long, edit, (name, { at, kind }) => {
      const i = at % (name.length - 1);
      const [before, one, two, after] = [name.slice(0, i), name[i], name[i + 1], name.slice(i + 2)];
      const middle = { drop: two, double: `${one}${one}${two}`, swap: `${two}${one}` }[kind];
      expect(closest(`${before}${middle}${after}`, KNOWN)).toBe(name);
    });
    fc.assert(property);
  });

  it('never throws, and names only what is known', () => {
    const property = fc.property(fc.string(), (name) => {
      expect([undefined, ...KNOWN]).toContain(closest(name, KNOWN));
    });
    fc.assert(property);
  });
});

test('the end of a message', () => {
  expect(didYouMean('pausd', KNOWN)).toBe("; did you mean 'paused'?");
  expect(didYouMean('maxQueu', KNOWN, '`')).toBe('; did you mean `maxQueue`?');
  expect(didYouMean('nothing', KNOWN)).toBe('');
  expect(didYouMean(5, KNOWN)).toBe('');
});

describe('names of providers', () => {
  it('are those of the folders, and of the kinds of APIs', () => {
    expect(PROVIDER_NAMES).toEqual(expect.arrayContaining([...PRESET_HOSTS]));
    const others = PROVIDER_NAMES.filter((name) => !PRESET_HOSTS.some((host) => host === name));
    expect(others).toEqual(['compatible']);
  });

  it.each([
    ['OpenAI', 'openai'],
    ['open-ai', 'openai'],
    ['Azure', 'azure'],
    ['openai', undefined],
    ['grok', undefined],
    ['my-gateway', undefined],
  ])('%j was meant to be %j', (name, meant) => {
    expect(meantProvider(name)).toBe(meant);
  });
});
