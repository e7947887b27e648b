import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';

/** The rooms that decide, and the shell around them. */
const ROOMS = ['model', 'rules', 'queue', 'callers', 'budget', 'shared', 'lane'];
/** What the core and its tests import; a test that needs more (an SDK, a server) is not for all runtimes. */
const PACKAGES: readonly string[] = ['vitest', 'fast-check', 'p-queue', 'eventemitter3'];

export const NEUTRAL: BuildOptions & { write: false } = {
  bundle: true,
  write: false,
  platform: 'neutral',
  mainFields: ['module', 'main'],
  format: 'esm',
  // Node 22 has no `using`.
  target: 'es2024',
  logLevel: 'error',
  logOverride: { 'empty-import-meta': 'silent' },
};

/** They count what hundreds of runs have tried; here each property has a few. */
const COUNTING: readonly string[] = [
  'test/rules/lane-state.test.ts',
  'test/rules/pick-next.test.ts',
  'test/shared/packed-lane.test.ts',
];

type Outputs = Metafile['outputs'];

/** The test files of the core that import nothing which a runtime may lack. */
async function coreTests(): Promise<readonly string[]> {
  const entryPoints = ROOMS.flatMap((room) => globSync(`test/${room}/**/*.test.ts`)).toSorted();
  const { metafile } = await build({
    ...NEUTRAL,
    entryPoints,
    outdir: 'unwritten',
    packages: 'external',
    metafile: true,
    platform: 'node',
    // What they share is bundled once, and not for each of them.
    splitting: true,
  });
  const files = Object.entries(metafile.outputs).flatMap(([output, { entryPoint }]) => {
    const isTest = entryPoint !== undefined && entryPoints.includes(entryPoint);
    if (!isTest || COUNTING.includes(entryPoint) || hasMocks(entryPoint)) return [];
    const isPlain = packagesOf(metafile.outputs, output).every((name) => PACKAGES.includes(name));
    return isPlain ? [entryPoint] : [];
  });
  return files.toSorted();
}

/** What an output and the chunks that it loads import from elsewhere. */
function packagesOf(outputs: Outputs, output: string): readonly string[] {
  const packages: string[] = [];
  const loaded = new Set([output]);
  for (const each of loaded) {
    for (const { path, external } of outputs[each]?.imports ?? []) {
      if (external) packages.push(path);
      else loaded.add(path);
    }
  }
  return packages;
}

/** Mocks are vitest's own, and need its runner. */
function hasMocks(file: string): boolean {
  return /\bvi\./.test(readFileSync(file, 'utf8'));
}

/**
 * They put thousands of calls through rules that the other tests of their files put through the same
 * code, and take longer than all of those: Node alone, in the suite itself.
 */
const LONG: readonly string[] = [
  'test/rules/queue-forecast.test.ts > a forecast > errs by 2 %',
  'test/rules/limits/burst-trial.test.ts > an unknown host, of any limit and latency > that counts by the',
  'test/rules/limits/burst-trial.test.ts > an unknown host, of any limit and latency > whose bucket',
  'test/rules/limits/burst-trial.test.ts > calls at once to an unknown host, by the rate of its limit > of',
  'test/rules/line-order.test.ts > the calls of several processes > is fair > a key’s second call',
  'test/rules/line-order.test.ts > the calls of several processes > is fair > nobody is remembered',
  'test/queue/fair-queue.test.ts > a queue > is fair > a key’s second call',
];

/** A module that imports nothing, and does something with the core's tests, which `runCore()` runs. */
export async function coreSuite(body: string): Promise<string> {
  core ??= coreTests().then(bundled);
  return `${await core}\n${body}`;
}

let core: Promise<string> | undefined;

async function bundled(files: readonly string[]): Promise<string> {
  const path = (file: string): string => JSON.stringify(resolve(file));
  const loads = files.map((file) => `await file('${file}', () => import(${path(file)}));`);
  const contents = [
    `import { file, run } from ${path('test/runtimes/vitest.ts')};`,
    `import ${path('test/support/seed.ts')};`,
    ...loads,
    `globalThis.runCore = () => run(${JSON.stringify(LONG)});`,
  ].join('\n');
  const { outputFiles } = await build({
    ...NEUTRAL,
    stdin: { contents, resolveDir: resolve('.') },
    alias: {
      vitest: resolve('test/runtimes/vitest.ts'),
      'fast-check': resolve('test/runtimes/fast-check.ts'),
    },
    // Not all runtimes have a process.
    define: { 'process.env': JSON.stringify({ SEED: process.env.SEED ?? '1' }) },
  });
  return outputFiles[0]?.text ?? '';
}
