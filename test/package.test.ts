import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROGRAM = `
const clock = createVirtualClock();
const simulator = createSimulator({ clock, limits: { rpm: 60 } });
const client = withRateLimit(new OpenAI({ apiKey: 'any', fetch: simulator.fetch }), { clock, limits: { rpm: 60 } });
const messages = [{ role: 'user', content: 'Hello' }];
clock.run(client.chat.completions.create({ model: 'gpt-4o', messages })).then(({ usage }) => {
  console.log(usage.total_tokens, client.rateLimit.snapshot()[0].totals.calls);
});
`;

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

describe('the packed package, installed in an empty project', () => {
  let folder = '';

  const npm = (args: readonly string[], cwd: string): string =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

  const run = (name: string, source: string): string => {
    writeFileSync(join(folder, name), source);
    return execFileSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' });
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'llm-headroom-'));
    const packed = npm(
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      process.cwd(),
    );
    const [{ filename }] = JSON.parse(packed);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    npm(['install', '--prefer-offline', `./${filename}`, 'openai@7'], folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('works with import', () => {
    expect(run('program.mjs', IMPORT + PROGRAM)).toBe('18 1\n');
  });

  it('works with require', () => {
    expect(run('program.cjs', REQUIRE + PROGRAM)).toBe('18 1\n');
  });
});
