import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../src/version.ts';

const PROGRAM = `
const clock = createVirtualClock();
const simulator = createSimulator({ clock, limits: { rpm: 60 } });
const client = withRateLimit(new OpenAI({ apiKey: 'any', fetch: simulator.fetch }), { clock, limits: { rpm: 60 } });
const messages = [{ role: 'user', content: 'Hello' }];
clock.run(client.chat.completions.create({ model: 'gpt-4o', messages })).then(({ usage }) => {
  console.log(usage.total_tokens, client.rateLimit.snapshot()[0].totals.calls);
});
`;

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
    npm(['install', '--prefer-offline', `./${filename}`, 'openai@7'], folder);
  }, INSTALL_MS);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('works with import', () => {
    expect(run('program.mjs', IMPORT + PROGRAM)).toBe('18 1\n');
  });

  it('has types without internal members, which hold without `skipLibCheck`', () => {
    writeFileSync(join(folder, 'types.mts'), TYPES);
    const tsc = resolve('node_modules/typescript/bin/tsc');
    const lib = 'es2023,dom,dom.iterable,dom.asynciterable';
    const flags = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext'];
    const args = [tsc, ...flags, '--lib', lib, 'types.mts'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  it('works with require', () => {
    expect(run('program.cjs', REQUIRE + PROGRAM)).toBe('18 1\n');
  });
});

it('is built when it is packed, without a build before', () => {
  const clone = mkdtempSync(join(tmpdir(), 'llm-headroom-clone-'));
  try {
    for (const name of ['src', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json']) {
      cpSync(name, join(clone, name), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
    const options = { cwd: clone, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] } as const;
    const stdout = execFileSync('npm', ['pack', '--dry-run', '--json'], {
      ...options,
      stdio: [...options.stdio],
    });
    const [{ files }] = JSON.parse(stdout.replace(/^[^[]*/, ''));
    expect(files).toContainEqual(expect.objectContaining({ path: 'dist/index.js' }));
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
});

it('knows its version', () => {
  expect(VERSION).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
});
