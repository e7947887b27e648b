import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = (path: string): string => new URL(path, import.meta.url).pathname;

/** The processes that tests start compile sources and SDKs once, and not each of them anew. */
process.env.NODE_COMPILE_CACHE ??= source('node_modules/.cache/llm-headroom/compiled');

/** What measures processes in real time, and would measure other tests beside it. */
const ALONE = [
  'test/redis/eight-processes.test.ts',
  'test/{redis,postgres}/outages.test.ts',
  'test/sdk/real-time.test.ts',
];

/** Real servers, which take their time on a busy machine: once more then. */
const STORES = ['test/redis/**/*.test.ts', 'test/postgres/**/*.test.ts'];

/**
 * Their test files leave nothing behind, and may share a process, which loads the SDKs once. What a
 * first call loads decides which of the first calls comes first: so it is loaded before
 * (test/support/loaded.ts), except for the files that test just that. Those that measure memory, start
 * processes or serve HTTP have a process each.
 */
const SHARING = [
  'test/{batch,batch-api,budget,fetch,http,model,otel,plan}/**/*.test.ts',
  'test/{providers,queue,report,rules,shared,testing,tokens}/**/*.test.ts',
  'test/{aws,integrations,lane}/**/*.test.ts',
  'test/callers/!(idle-callers).test.ts',
  'test/cli/{answers,batch,batch-results,files,id-set,mistakes,plan,steady-send,via-batch}.test.ts',
  'test/sdk/!(first-call).test.ts',
  'test/{anthropic-limits,calibrated,clock,configure,configure-use,duration,events}.test.ts',
  'test/{enforcement-names,errors,limiter,margin,misplaced-options,operator-pauses}.test.ts',
  'test/{options,overtaking,plan,schedule,tier,unended,unshared,validate}.test.ts',
];

const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'all',
      include: ['test/**/*.test.ts'],
      exclude: [...ALONE, ...STORES, ...SHARING],
      // Many of them start processes, which may be late on a shared machine.
      retry: process.env.CI ? 1 : 0,
    },
  },
  {
    extends: true,
    test: {
      name: 'rooms',
      include: SHARING,
      exclude: ALONE,
      setupFiles: ['test/support/loaded.ts'],
      isolate: false,
      pool: 'threads',
    },
  },
  {
    extends: true,
    test: { name: 'stores', include: STORES, exclude: ALONE, retry: 1, testTimeout: 300_000 },
  },
  {
    extends: true,
    test: {
      name: 'alone',
      include: ALONE,
      // On a busy machine, once more.
      retry: 1,
      fileParallelism: false,
      // They mostly wait, but for the processes of outages.
      maxConcurrency: process.env.OUTAGES ? 5 : 15,
      sequence: { groupOrder: 1 },
    },
  },
];

/**
 * Files that wait for servers, spread evenly among those that compute. Those that share a process
 * come last, one after the other.
 */
class Mixed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = new Map<TestSpecification, number>();
    for (const [name, ofProject] of Map.groupBy(sorted, ({ project }) => project.name)) {
      for (const [index, file] of ofProject.entries()) {
        place.set(file, name === 'rooms' ? 1 : index / ofProject.length);
      }
    }
    return sorted.toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  }
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^llm-headroom$/, replacement: source('src/index.ts') },
      { find: /^llm-headroom\/redis$/, replacement: source('src/redis/index.ts') },
      { find: /^llm-headroom\/postgres$/, replacement: source('src/postgres/index.ts') },
      { find: /^llm-headroom\/otel$/, replacement: source('src/otel/index.ts') },
      { find: /^llm-headroom\/report$/, replacement: source('src/report/index.ts') },
      { find: /^llm-headroom\/testing$/, replacement: source('src/testing/index.ts') },
    ],
  },
  test: {
    projects,
    sequence: { sequencer: Mixed },
    // One more than cores: many tests wait for servers and processes. (A share above 100 % counts as 100.)
    maxWorkers: availableParallelism() + 1,
    setupFiles: ['test/support/seed.ts'],
    // The batches send thousands of calls over HTTP.
    testTimeout: 120_000,
    // They start servers, which a busy machine does slowly.
    hookTimeout: 120_000,
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'node_modules/.vitest-report.json' },
  },
});
