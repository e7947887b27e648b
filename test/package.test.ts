import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../src/version.ts';
import { ownTypeErrors } from './package/own-type-errors.ts';

const PROGRAM = `
const clock = createVirtualClock();
const simulator = createSimulator({ clock, limits: { rpm: 60 } });
const client = withRateLimit(new OpenAI({ apiKey: 'any', fetch: simulator.fetch }), { clock, limits: { rpm: 60 } });
const messages = [{ role: 'user', content: 'Hello' }];
clock.run(client.chat.completions.create({ model: 'gpt-4o', messages })).then(({ usage }) => {
  console.log(usage.total_tokens, client.rateLimit.snapshot()[0].totals.calls);
});
`;

/** What `npm pack --json` says of a package. */
interface Packed {
  readonly files: readonly { readonly path: string }[];
  readonly size: number;
}

/** Of the packed file; in November 2026 it had 540,000, of which the docs are 65,000. */
const MOST_BYTES = 570_000;

/** A registry may be slow. */
const INSTALL_MS = 120_000;

const IMPORT = `
import OpenAI from 'openai';
import { withRateLimit } from 'llm-headroom';
import { createSimulator, createVirtualClock } from 'llm-headroom/testing';
`;

const REQUIRE = `
const OpenAI = require('openai');
const { withRateLimit } = require('llm-headroom');
const { createSimulator, createVirtualClock } = require('llm-headroom/testing');
`;

/** What a TypeScript user sees: all of the public part, and none of the internal one. */
const TYPES = `
import { createRateLimiter, type ErrorCode, type LaneRef, type LimitSource, type Store } from 'llm-headroom';
import { redisStore } from 'llm-headroom/redis';
import { createVirtualClock } from 'llm-headroom/testing';

const store: Store = redisStore('redis://localhost');
const limiter = createRateLimiter({ store, clock: createVirtualClock() });
limiter.on('limits', ({ lane, model, limits }) => {
  const ref: LaneRef = { lane, model };
  const sources: LimitSource[] = limits.map(({ source }) => source);
  console.log(ref, sources);
});
const code: ErrorCode = 'store_async';
const reservation = await limiter.acquire({ tokens: 1 });
reservation.settle({ tokens: 2 });
${['clock', 'maxPauseMs', 'as', 'hasTier', 'tierNames', 'lane', 'charge', 'priced', 'tellLowered']
  .map((name) => `// @ts-expect-error internal\nlimiter.${name};`)
  .join('\n')}
${['admission', 'answered', 'refused', 'settleFromResponse', 'done']
  .map((name) => `// @ts-expect-error internal\nreservation.${name};`)
  .join('\n')}
// @ts-expect-error no such code
const none: ErrorCode = 'no_such_code';
console.log(code, none);
`;

describe('the packed package, installed in an empty project', () => {
  let folder = '';

  const npm = (args: readonly string[], cwd: string): string =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

  const run = (name: string, source: string): string => {
    writeFileSync(join(folder, name), source);
    return execFileSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' });
  };

  /** What TypeScript 7 says of them, and of all that they import. */
  const typeErrors = (): string => {
    const tsc = resolve('node_modules/typescript/bin/tsc');
    return spawnSync(process.execPath, [tsc], { cwd: folder, encoding: 'utf8' }).stdout;
  };

  beforeAll(() => {
    if (!existsSync('dist/index.js')) {
      throw new Error('There is no build to pack: `npm run build` makes one, as `npm test` does');
    }
    folder = mkdtempSync(join(tmpdir(), 'llm-headroom-'));
    const packed = npm(
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      process.cwd(),
    );
    const [{ filename }] = JSON.parse(packed);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const quick = ['--prefer-offline', '--no-audit', '--no-fund'];
    npm(['install', ...quick, `./${filename}`, 'openai@7', '@anthropic-ai/sdk@1'], folder);
  }, INSTALL_MS);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('works with import', () => {
    expect(run('program.mjs', IMPORT + PROGRAM)).toBe('18 1\n');
  });

  // `node16` and `nodenext` resolve modules alike: each compiler tries one of them.
  it.each([
    ['typescript59', 'node16'],
    ['typescript59', 'bundler'],
    ['typescript', 'nodenext'],
    ['typescript', 'bundler'],
  ])('has types that are strict, and without internal members: %s, %s', (compiler, resolution) => {
    cpSync('test/package/refused.mts', join(folder, 'refused.mts'));
    writeFileSync(join(folder, 'types.mts'), TYPES);
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
      ...{ target: 'es2023', lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'] },
      module: resolution === 'bundler' ? 'esnext' : resolution,
      moduleResolution: resolution,
      types: [],
    };
    const files = ['types.mts', 'refused.mts'];
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    expect(compiler === 'typescript' ? typeErrors() : ownTypeErrors(folder)).toBe('');
  });

  it('works with require', () => {
    expect(run('program.cjs', REQUIRE + PROGRAM)).toBe('18 1\n');
  });
});

describe('packed from a clean clone, without a build before', () => {
  const clone = mkdtempSync(join(tmpdir(), 'llm-headroom-clone-'));
  afterAll(() => rmSync(clone, { recursive: true, force: true }));

  const pack = (): Packed => {
    const isLeftOut = (name: string): boolean =>
      ['node_modules', 'dist', 'site', '.git'].includes(name);
    for (const name of readdirSync('.')) {
      if (!isLeftOut(name)) cpSync(name, join(clone, name), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
    const stdout = execFileSync('npm', ['pack', '--dry-run', '--json'], {
      cwd: clone,
      // The build is a script; `npm run check` has none run.
      env: { ...process.env, npm_config_ignore_scripts: 'false' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return JSON.parse(stdout.replace(/^[^[]*/, ''))[0];
  };

  it(
    'has the files that it needs and no others, and is small',
    () => {
      const { files, size } = pack();
      const paths = files.map(({ path }) => path);
      const { exports, bin } = JSON.parse(readFileSync('package.json', 'utf8'));
      const named: string[] = JSON.stringify([exports, bin]).match(/dist\/[^"]+/g) ?? [];
      expect(named).toHaveLength(13);
      expect(paths).toEqual(expect.arrayContaining(named));
      const others = paths.filter(
        (path) =>
          !/^dist\/.+\.d\.ts$|^dist\/chunks\/[a-z0-9-]+\.js$|^docs\/.+\.(md|svg)$/.test(path),
      );
      expect(others.filter((path) => !named.includes(path)).toSorted()).toEqual(
        [
          ...['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md'],
          ...['dist/licenses.txt', 'package.json'],
        ].toSorted(),
      );
      expect(size).toBeLessThan(MOST_BYTES);
      // So that the links of the README lead somewhere in a folder of installed packages.
      const linked = [
        ...readFileSync('README.md', 'utf8').matchAll(/\]\((docs\/[^)#]+|SECURITY\.md)/g),
      ];
      expect(linked.length).toBeGreaterThan(20);
      expect(paths).toEqual(expect.arrayContaining(linked.map(([, path]) => path)));
    },
    INSTALL_MS,
  );
});

it('knows its version', () => {
  expect(VERSION).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
});
