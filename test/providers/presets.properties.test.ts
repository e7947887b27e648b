import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DIMENSIONS } from '../../src/model/limits.ts';
import {
  chargeOf,
  correctionOf,
  measuresOf,
  shapeOf,
  statedBy,
} from '../../src/providers/enforcement.ts';
import { PRESET_HOSTS as HOSTS, type PresetHost } from '../../src/providers/host.ts';
import { DEFINITIONS } from '../../src/providers/known-providers.ts';
import { presetFor } from '../../src/providers/preset-for.ts';
import { isTierOf, tiersOf } from '../../src/providers/tier.ts';

const MODELS = HOSTS.flatMap((host) =>
  DEFINITIONS[host].limits.rows.flatMap(({ models }) => models),
);
const TIERS = HOSTS.flatMap(tiersOf);

const suffix = fc.constantFrom('', '-2026-01-01', '-latest', '-pro', ':free', '.9', '-v1:0');
const model = fc.oneof(
  fc.string(),
  fc.tuple(fc.constantFrom(...MODELS), suffix).map((parts) => parts.join('')),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'ft:', 'models/', 'us.anthropic.'),
);
const tier = fc.oneof(
  fc.constant(undefined),
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.constantFrom(...TIERS, '__proto__', 'constructor'),
);
const inputTokens = fc.oneof(fc.constant(undefined), fc.double(), fc.nat(2_000_000));
const query = fc.record({ host: fc.constantFrom(...HOSTS), model, tier, inputTokens });

test('any model, tier and size: an answer with positive, finite limits, or none', () => {
  fc.assert(
    fc.property(query, (each) => {
      const preset = presetFor(each);
      if (preset === undefined) return;
      expect(preset.limits.length + (Number.isFinite(preset.concurrency) ? 1 : 0)).toBeGreaterThan(
        0,
      );
      for (const { max, windowMs } of preset.limits) {
        expect(Number.isInteger(max) && max > 0).toBe(true);
        expect([1000, 60_000, 3_600_000, 86_400_000]).toContain(windowMs);
      }
      expect(preset.concurrency).toBeGreaterThan(0);
      expect(tiersOf(each.host)).toContain(preset.tier);
      expect(preset.asOf).toMatch(/^2026(-\d\d){0,2}$/);
    }),
    { numRuns: 2000 },
  );
});

test('never sure of a tier that nobody named, unless it is the only one, or the id says it', () => {
  fc.assert(
    fc.property(query, ({ tier: _, ...each }) => {
      if (each.host === 'deepseek' || each.host === 'bedrock') return;
      expect(presetFor(each)?.isGuess ?? true).toBe(true);
    }),
  );
});

test('a snapshot has the limits and the family of its model', () => {
  const listed = fc.constantFrom(...HOSTS.flatMap((host) => rowsOf(host)));
  const date = fc.constantFrom('-2026-01-01', '-20260101', '@20260101', '-latest', '-v1:0');
  fc.assert(
    fc.property(listed, date, tier, ([host, name], suffix, tier) => {
      const of = (model: string) => presetFor({ host, model, tier });
      expect(of(name + suffix)).toEqual(of(name));
    }),
  );
});

function rowsOf(host: PresetHost): [PresetHost, string][] {
  const names = DEFINITIONS[host].limits.rows.flatMap(({ models }) => models);
  return names.filter((name) => /^[a-z]/.test(name)).map((name) => [host, name]);
}

describe.each(HOSTS)('%s', (host) => {
  const facts = DEFINITIONS[host].limits;

  test('has tables without gaps or typing errors', () => {
    for (const {
      models,
      family: _,
      aboveInputTokens,
      asOf,
      confidence,
      ...columns
    } of facts.rows) {
      expect(models.length).toBeGreaterThan(0);
      expect(aboveInputTokens ?? 1).toBeGreaterThan(0);
      expect(asOf ?? facts.asOf).toMatch(/^2026(-\d\d){0,2}$/);
      expect([undefined, 'medium', 'low']).toContain(confidence);
      for (const column of Object.values(columns)) {
        expect(column.length).toBeLessThanOrEqual(facts.tiers.length);
        for (const figure of column) expect(figure ?? 1).toBeGreaterThan(0);
      }
    }
  });

  test('names each model once for each context', () => {
    const keys = facts.rows.flatMap((row) =>
      row.models.map((model) => `${model} ${row.aboveInputTokens}`),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('has tiers that can be told apart, and refers only to what it has', () => {
    const names = tiersOf(host).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    expect(tiersOf(host).every((name) => isTierOf(host, name))).toBe(true);
    if (facts.assumedTier !== undefined) expect(tiersOf(host)).toContain(facts.assumedTier);
    if (facts.fallback !== undefined) {
      expect(facts.rows.flatMap(({ models }) => models)).toContain(facts.fallback);
    }
  });

  test('says how it enforces', () => {
    for (const dimension of DIMENSIONS) {
      expect(shapeOf(host, dimension).burstSeconds).toBeGreaterThan(0);
    }
    expect(['characters', 'sum', 'input', 'used', 'none', 'unknown']).toContain(chargeOf(host));
    expect(['settled', 'never', 'unknown']).toContain(correctionOf(host));
    for (const measure of statedBy(host)) expect(measuresOf(host)).toContainEqual(measure);
  });
});
