import { registerHooks } from 'node:module';

/** Given to `node --import`: the package's own name means its sources, so no build is needed. */
const SOURCES: Readonly<Record<string, URL>> = {
  'llm-headroom': new URL('../../src/index.ts', import.meta.url),
  'llm-headroom/redis': new URL('../../src/redis/index.ts', import.meta.url),
  'llm-headroom/postgres': new URL('../../src/postgres/index.ts', import.meta.url),
  'llm-headroom/otel': new URL('../../src/otel/index.ts', import.meta.url),
  'llm-headroom/report': new URL('../../src/report/index.ts', import.meta.url),
  'llm-headroom/testing': new URL('../../src/testing/index.ts', import.meta.url),
};

registerHooks({
  resolve: (specifier, context, next) => next(SOURCES[specifier]?.href ?? specifier, context),
});
