import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
} from '@vitest/expect';

/**
 * As much of vitest as the core's tests use, in a file that imports no Node module: what vitest's own
 * runner needs, not every runtime has. Its assertions are vitest's.
 */
chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

const assertion = (value: unknown, message?: string) => chai.expect(value, message);
const matchers: object = Reflect.get(globalThis, ASYMMETRIC_MATCHERS_OBJECT);
export const expect = Object.assign(assertion, chai.expect, matchers);
Reflect.set(globalThis, GLOBAL_EXPECT, expect);

type Body = (...given: readonly unknown[]) => unknown;

interface Test {
  readonly name: string;
  readonly before: readonly Body[];
  readonly after: readonly Body[];
  readonly body: Body;
}

interface Scope {
  readonly name: string;
  readonly before: readonly Body[];
  readonly after: readonly Body[];
}

let scope: Scope = { name: '', before: [], after: [] };
const tests: Test[] = [];

function within(name: string, body: Body, given: readonly unknown[] = []): void {
  const outer = scope;
  scope = { ...outer, name: `${outer.name} > ${name}` };
  body(...given);
  scope = outer;
}

function add(name: string, body: Body, given: readonly unknown[] = []): void {
  const { before, after } = scope;
  tests.push({ name: `${scope.name} > ${name}`, before, after, body: () => body(...given) });
}

/** A table's rows, each of which is a test: an array is its arguments. */
function rows(run: typeof add) {
  return (table: readonly unknown[]) => (name: string, body: Body) => {
    for (const [index, row] of table.entries()) {
      run(`${name} [${index}]`, body, Array.isArray(row) ? row : [row]);
    }
  };
}

export const describe = Object.assign((name: string, body: Body) => within(name, body), {
  each: rows(within),
});
export const it = Object.assign((name: string, body: Body) => add(name, body), { each: rows(add) });
export const test = it;

export function beforeEach(body: Body): void {
  scope = { ...scope, before: [...scope.before, body] };
}

export function afterEach(body: Body): void {
  scope = { ...scope, after: [...scope.after, body] };
}

/** Registers the tests of one file. What its first level sets up is for none of the others. */
export async function file(name: string, load: () => Promise<unknown>): Promise<void> {
  const outer = scope;
  scope = { ...outer, name };
  await load();
  scope = outer;
}

/** Runs all tests, one after the other, but for those whose names begin with one of `without`. */
export async function run(
  without: readonly string[] = [],
): Promise<{ passed: number; failed: string[] }> {
  const failed = without
    .filter((start) => !tests.some(({ name }) => name.startsWith(start)))
    .map((start) => `no test is named ${start}`);
  let passed = 0;
  for (const { name, before, after, body } of tests) {
    if (without.some((start) => name.startsWith(start))) continue;
    try {
      for (const each of before) await each();
      await body();
      for (const each of after) await each();
      passed++;
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
  }
  return { passed, failed };
}
