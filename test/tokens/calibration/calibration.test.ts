import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Calibration } from '../../../src/tokens/calibration/calibration.ts';
import { type Estimated, estimatedBy } from '../../../src/tokens/calibration/call-estimate.ts';
import { SCRIPT_COUNT } from '../../../src/tokens/tokenizer/tokens-by-script.ts';
import { runs } from '../../support/runs.ts';
import { SimulatedModel, TRAFFIC, teach, textCall, usageOf } from './simulated-model.ts';

const NOISE = 0.025;
const words = (tokens: number): Float64Array => new Float64Array(SCRIPT_COUNT).fill(tokens, 0, 1);

describe.each(Object.entries(TRAFFIC))('after 20 responses to %s', (_name, traffic) => {
  const later = Array.from({ length: 12 }, (_, seed) => {
    const model = new SimulatedModel(seed, traffic, NOISE);
    return teach(new Calibration(), model, 60).slice(20);
  }).flat();

  test('half of the estimates are within 3 %, and 19 of 20 within 8 %', () => {
    const errors = later
      .map(({ estimated, actual }) => Math.abs(estimated.inputTokens / actual - 1))
      .sort((some, other) => some - other);
    expect(errors[errors.length / 2]).toBeLessThan(0.03);
    expect(errors[errors.length * 0.95]).toBeLessThan(0.08);
  });

  test('about nine of ten calls stay within the margin, and that is narrow', () => {
    const isWithin = ({ estimated, actual }: (typeof later)[number]): boolean =>
      actual <= estimated.inputTokens + estimated.marginTokens;
    expect(later.filter(isWithin).length / later.length).toBeGreaterThan(0.88);
    const margins = later.map(({ estimated }) => estimated.marginTokens / estimated.inputTokens);
    expect(Math.max(...margins)).toBeLessThan(0.2);
  });
});

test('one response in twenty may be nonsense', () => {
  const errors = Array.from({ length: 10 }, (_, seed) => {
    const model = new SimulatedModel(seed, TRAFFIC['a coding agent']!, NOISE);
    const calibration = new Calibration();
    return Array.from({ length: 80 }, (_, index) => {
      const { call, usage } = model.next();
      const estimated = estimatedBy(calibration, call);
      estimated.learn(index % 20 === 7 ? usageOf(usage.inputTokens * 2.5) : usage);
      return Math.abs(estimated.inputTokens / usage.inputTokens - 1);
    }).slice(20);
  })
    .flat()
    .sort((some, other) => some - other);
  expect(errors[errors.length / 2]).toBeLessThan(0.03);
  expect(errors[errors.length * 0.95]).toBeLessThan(0.08);
});

test('a model that changes its tokens is followed', () => {
  const calibration = new Calibration();
  const traffic = TRAFFIC['a coding agent']!;
  teach(calibration, new SimulatedModel(1, traffic, NOISE), 100);
  const later = teach(calibration, new SimulatedModel(2, traffic, NOISE), 200).slice(100);
  const close = later.filter(({ estimated: { inputTokens }, actual }) => {
    return Math.abs(inputTokens / actual - 1) < 0.08;
  });
  expect(close.length).toBeGreaterThan(85);
});

describe('learns nothing from', () => {
  const call = textCall(words(1000));
  const untaught = estimatedBy(new Calibration(), call).inputTokens;
  const after = (taught: typeof call, usage: unknown): number => {
    const calibration = new Calibration();
    // Usage is what a provider reports: it may be anything.
    estimatedBy(calibration, taught).learn(usage as ReturnType<typeof usageOf>);
    return estimatedBy(calibration, call).inputTokens;
  };

  test.each([
    ['a call with an image', { ...call, isText: false }, usageOf(2000)],
    ['a very short text', textCall(words(10)), usageOf(28)],
    ['another model', textCall(words(1000), 'claude-opus-9'), usageOf(2000)],
    ['a multiple of the estimate', call, usageOf(50_000)],
    ['no tokens', call, usageOf(0)],
    ['NaN', call, usageOf(Number.NaN)],
    ['a string', call, { inputTokens: '1000', outputTokens: '7' }],
  ])('%s', (_what, taught, usage) => {
    expect(after(taught, usage)).toBe(untaught);
  });

  test('the same response twice', () => {
    const [once, twice] = [new Calibration(), new Calibration()];
    estimatedBy(once, call).learn(usageOf(2000));
    const estimated = estimatedBy(twice, call);
    estimated.learn(usageOf(2000));
    estimated.learn(usageOf(2000));
    expect(estimatedBy(twice, call).inputTokens).toBe(estimatedBy(once, call).inputTokens);
  });
});

describe('prompts of 60 tokens', () => {
  const prompt = textCall(words(60));
  const FRAME = prompt.knownTokens;
  /** The estimates of calls whose text takes 1.2 times what is expected, and up to 3 tokens more. */
  const estimates = (calibration: Calibration, calls: number): number[] =>
    Array.from({ length: calls }, (_, index) => {
      const estimated = estimatedBy(calibration, prompt);
      estimated.learn(usageOf(FRAME + Math.round(1.2 * 90) + (index % 7) - 3));
      return estimated.inputTokens - FRAME;
    });

  test('are learned from', () => {
    const later = estimates(new Calibration(), 40).slice(10);
    for (const tokens of later) expect(Math.abs(tokens / 108 - 1)).toBeLessThan(0.03);
  });

  test('stay within a margin of their own', () => {
    const calibration = new Calibration();
    estimates(calibration, 40);
    const short = estimatedBy(calibration, prompt);
    expect(short.inputTokens + short.marginTokens).toBeGreaterThanOrEqual(FRAME + 108 + 2);
    const long = estimatedBy(calibration, textCall(words(60_000)));
    const [shortShare, longShare] = [short, long].map(
      (each) => each.marginTokens / each.inputTokens,
    );
    expect(longShare).toBeLessThan(0.7 * shortShare!);
  });

  test('count for less than a long one', () => {
    const [short, long] = [new Calibration(), new Calibration()];
    const [one, other] = [textCall(words(30)), textCall(words(3000))];
    for (let response = 0; response < 3; response += 1) {
      estimatedBy(short, one).learn(usageOf(FRAME + 1.2 * 45));
      estimatedBy(long, other).learn(usageOf(FRAME + 1.2 * 4500));
    }
    const tokens = (calibration: Calibration) => estimatedBy(calibration, other).inputTokens;
    expect(tokens(short)).toBeGreaterThan(tokens(new Calibration()));
    expect(tokens(short)).toBeLessThan(tokens(long));
  });
});

test('what is known beside the text is not taken for text', () => {
  const calibration = new Calibration();
  const call = { ...textCall(words(1000)), knownTokens: 5000 };
  for (let response = 0; response < 30; response += 1) {
    estimatedBy(calibration, call).learn(usageOf(5000 + 1200));
  }
  expect(estimatedBy(calibration, textCall(words(1000))).inputTokens).toBeCloseTo(1207, -1);
});

describe('the output', () => {
  const call = { ...textCall(words(10)), callSites: ['chat m whole text 10', 'chat m'] };
  const taught = (outputs: readonly number[]): Calibration => {
    const calibration = new Calibration();
    for (const tokens of outputs) estimatedBy(calibration, call).learn(usageOf(10, tokens));
    return calibration;
  };

  test('is what the call allows, as long as there is no experience', () => {
    const first = { ...call, outputTokens: 1000 };
    expect(estimatedBy(new Calibration(), first).expectedOutputTokens).toBe(1000);
    expect(estimatedBy(taught([7, 7]), first).expectedOutputTokens).toBe(1000);
  });

  test('is what nine of ten calls stayed within', () => {
    const calibration = taught([100, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(estimatedBy(calibration, call).expectedOutputTokens).toBe(90);
  });

  test('never exceeds what the call allows', () => {
    const limited = { ...call, outputTokens: 64 };
    expect(estimatedBy(taught([500, 500, 500]), limited).expectedOutputTokens).toBe(64);
  });

  test('of a kind of call that is new is that of the model', () => {
    const other = { ...call, callSites: ['chat m stream tools 12', 'chat m'] };
    expect(estimatedBy(taught([40, 50, 60]), other).expectedOutputTokens).toBe(60);
    const stranger = { ...call, callSites: ['chat n stream text 12', 'chat n'] };
    expect(estimatedBy(taught([40, 50, 60]), stranger).expectedOutputTokens).toBe(0);
  });
});

describe('saved as JSON', () => {
  test('and restored, it estimates and learns as before', () => {
    const model = new SimulatedModel(3, TRAFFIC['languages mixed in each request']!, NOISE);
    const calibration = new Calibration();
    teach(calibration, model, 150);
    const restored = new Calibration(JSON.parse(JSON.stringify(calibration)));
    expect(restored.toJSON()).toEqual(calibration.toJSON());
    for (let response = 0; response < 20; response += 1) {
      const { call, usage } = model.next();
      const [one, other] = [estimatedBy(calibration, call), estimatedBy(restored, call)];
      const numbers = { learn: null, expectedNow: null };
      expect({ ...other, ...numbers }).toEqual({ ...one, ...numbers });
      one.learn(usage);
      other.learn(usage);
    }
  });

  test('it is small, however many models and kinds of calls there were', () => {
    const calibration = new Calibration();
    for (let index = 0; index < 2000; index += 1) {
      const call = { ...textCall(words(1000), `m${index}`), callSites: [`site ${index}`] };
      estimatedBy(calibration, call).learn(usageOf(1300, 100));
    }
    const saved = calibration.toJSON();
    expect(Object.keys(saved.families).length).toBe(64);
    expect(Object.keys(saved.outputs).length).toBe(512);
    expect(JSON.stringify(new Calibration(saved))).toBe(JSON.stringify(saved));
  });

  test('what was not saved by us is left out', () => {
    const calibration = new Calibration();
    teach(calibration, new SimulatedModel(4, TRAFFIC['a coding agent']!, NOISE), 30);
    const saved = calibration.toJSON();
    const [key = '', family] = Object.entries(saved.families)[0] ?? [];
    for (const broken of [
      { ...family, weights: [1] },
      { ...family, weights: Array(SCRIPT_COUNT).fill('1') },
      { ...family, weights: Array(SCRIPT_COUNT).fill(1000) },
      { ...family, factor: [0.1] },
      { ...family, factor: Array(SCRIPT_COUNT * (SCRIPT_COUNT + 1)).fill(1000) },
      { ...family, errors: [null] },
      { ...family, errors: Array(1000).fill(0) },
    ]) {
      expect(new Calibration({ ...saved, families: { [key]: broken } }).toJSON().families).toEqual(
        {},
      );
    }
    expect(new Calibration({ ...saved, version: 2 }).toJSON()).toEqual(new Calibration().toJSON());
  });

  test('anything can be restored, and estimates stay whole numbers from 0 up', () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(0, 1, 1e308));
    const list = fc.array(number, { maxLength: SCRIPT_COUNT ** 2 });
    const family = fc.record({ weights: list, factor: list, errors: list });
    const key = fc.constantFrom('anthropic claude-opus-5', '__proto__', 'messages claude-opus-5');
    const shaped = fc.record({
      version: fc.constant(1),
      families: fc.dictionary(key, fc.oneof(family, fc.anything())),
      outputs: fc.dictionary(key, fc.oneof(list, fc.anything())),
    });
    const usage = fc.record({ inputTokens: number, outputTokens: number });
    fc.assert(
      fc.property(fc.oneof(shaped, fc.anything()), fc.array(usage), (saved, usages) => {
        const calibration = new Calibration(saved);
        const call = textCall(words(1000));
        for (const each of usages) estimatedBy(calibration, call).learn({ ...usageOf(0), ...each });
        const estimated = estimatedBy(calibration, call);
        expect(estimated.expectedNow()).toBe(estimated.expectedOutputTokens);
        const { inputTokens, firmInputTokens, marginTokens } = estimated;
        const { outputTokens, expectedOutputTokens } = estimated;
        const inputs = [inputTokens, firmInputTokens, marginTokens];
        for (const tokens of [...inputs, outputTokens, expectedOutputTokens]) {
          expect(Number.isSafeInteger(tokens) && tokens >= 0).toBe(true);
        }
      }),
      { numRuns: runs(300), seed: 1 },
    );
  });
});

describe('what calls of a site take beyond their bodies', () => {
  const call = { ...textCall(words(100)), isText: false, inputSite: 'chat m 0 abc' };
  const bare = estimatedBy(new Calibration(), call).inputTokens;
  const taught = (surpluses: readonly number[]): Estimated => {
    const calibration = new Calibration();
    for (const surplus of surpluses) estimatedBy(calibration, call).learn(usageOf(bare + surplus));
    return estimatedBy(calibration, call);
  };

  test('is known from the third call on, where it is always the same', () => {
    const extra = fc.integer({ min: -Math.floor(bare / 2), max: 500_000 });
    fc.assert(
      fc.property(extra, fc.integer({ min: 2, max: 30 }), (surplus, calls) => {
        const { inputTokens } = taught(new Array(calls).fill(surplus));
        expect(Math.abs(inputTokens - (bare + surplus))).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('never makes an estimate firmer than the body does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 100_000 })), (surpluses) => {
        const { firmInputTokens, inputTokens } = taught(surpluses);
        expect(firmInputTokens).toBeLessThanOrEqual(Math.min(bare, inputTokens));
      }),
    );
  });

  test('is never beyond what was seen', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 100_000 })), (surpluses) => {
        const { inputTokens } = taught(surpluses);
        expect(inputTokens).toBeGreaterThanOrEqual(bare + Math.min(0, ...surpluses) - 1);
        expect(inputTokens).toBeLessThanOrEqual(bare + Math.max(0, ...surpluses) + 1);
      }),
    );
  });

  test.each([
    ['once', [5000]],
    ['now and then', [0, 0, 5000, 0, 0, 0, 5000]],
    ['with either sign', [40, -40, 40, -40, 40, -40]],
  ])('changes nothing where it came %s', (_what, surpluses) => {
    expect(taught(surpluses).inputTokens).toBe(bare);
  });

  test('is kept when a calibration is saved, and is no matter of other sites', () => {
    const calibration = new Calibration();
    for (let response = 0; response < 5; response += 1) {
      estimatedBy(calibration, call).learn(usageOf(bare + 5000));
    }
    const restored = new Calibration(JSON.parse(JSON.stringify(calibration)));
    expect(estimatedBy(restored, call).inputTokens).toBe(bare + 5000);
    expect(estimatedBy(restored, { ...call, inputSite: 'chat m 0 xyz' }).inputTokens).toBe(bare);
  });
});

test('weights that are no better than the prior ones are not used', () => {
  const calibration = new Calibration();
  const call = textCall(words(1000));
  const bare = estimatedBy(calibration, call).inputTokens;
  for (const factor of [1.3, 0.8, 1.3, 0.8, 1.3, 0.8, 1.3, 0.8]) {
    const estimated = estimatedBy(calibration, call);
    estimated.learn(usageOf(Math.round(bare * factor)));
  }
  expect(Math.abs(estimatedBy(calibration, call).inputTokens / bare - 1)).toBeLessThan(0.12);
});
