import { defineConfig } from 'vitest/config';

const source = (path: string): string => new URL(path, import.meta.url).pathname;

export default defineConfig({
  resolve: {
    alias: [
      { find: /^llm-headroom$/, replacement: source('src/index.ts') },
      { find: /^llm-headroom\/redis$/, replacement: source('src/redis/index.ts') },
      { find: /^llm-headroom\/testing$/, replacement: source('src/testing/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: '100%',
    // The batches send thousands of calls over HTTP.
    testTimeout: 120_000,
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'node_modules/.vitest-report.json' },
  },
});
