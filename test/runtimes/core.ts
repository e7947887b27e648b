import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

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

/** The test files of the core that import nothing which a runtime may lack. */
export async function coreTests(): Promise<readonly string[]> {
  const entryPoints = ROOMS.flatMap((room) => globSync(`test/${room}/**/*.test.ts`)).toSorted();
  const { metafile } = await build({
    ...NEUTRAL,
    entryPoints,
    outdir: 'unwritten',
    packages: 'external',
    metafile: true,
    platform: 'node',
  });
  const files = Object.values(metafile.outputs).flatMap(({ entryPoint, imports }) => {
    const isPlain = imports.every(({ path }) => PACKAGES.includes(path));
    const isFit = isPlain && entryPoint !== undefined && !COUNTING.includes(entryPoint);
    return isFit && !hasMocks(entryPoint) ? [entryPoint] : [];
  });
  return files.toSorted();
}

/** Mocks are vitest's own, and need its runner. */
function hasMocks(file: string): boolean {
  return /\bvi\./.test(readFileSync(file, 'utf8'));
}

/** A module with the tests in it, which imports nothing, and what is done with their `run()`. */
export async function coreSuite(files: readonly string[], body: string): Promise<string> {
  const path = (file: string): string => JSON.stringify(resolve(file));
  const loads = files.map((file) => `await file('${file}', () => import(${path(file)}));`);
  const contents = [
    `import { file, run } from ${path('test/runtimes/vitest.ts')};`,
    `import ${path('test/support/seed.ts')};`,
    ...loads,
    body,
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
