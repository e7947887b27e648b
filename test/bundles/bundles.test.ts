import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = (path: string): string => JSON.stringify(resolve('src', path));

/** A call of each SDK, limited in virtual time; what can only be told by names of classes; errors. */
const PROGRAM = `
import OpenAI, { AzureOpenAI } from 'openai';
import OpenAI5, { AzureOpenAI as Azure5 } from 'openai5';
import Anthropic from '@anthropic-ai/sdk';
import AnthropicFoundry from '@anthropic-ai/foundry-sdk';
import { createRateLimiter, HeadroomError, RateLimitExceeded, runAs, withRateLimit } from ${source('index.ts')};
import { createVirtualClock } from ${source('testing/virtual-clock.ts')};

const chat = { id: 'c', object: 'chat.completion', created: 0, model: 'gpt-4o', choices: [], usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 } };
const message = { id: 'm', type: 'message', role: 'assistant', model: 'c', content: [], stop_reason: 'end_turn', usage: { input_tokens: 10, output_tokens: 1 } };
const answering = (json) => async () => new Response(JSON.stringify(json), { headers: { 'content-type': 'application/json' } });
const messages = [{ role: 'user', content: 'Say hi' }];
const azure = { apiVersion: '2024-10-21', baseURL: 'https://gateway.contoso.com/openai' };
const clients = {
  openai: (fetch) => new OpenAI({ apiKey: 'k', fetch }),
  openai5: (fetch) => new OpenAI5({ apiKey: 'k', fetch }),
  azure: (fetch) => new AzureOpenAI({ apiKey: 'k', ...azure, fetch }),
  azure5: (fetch) => new Azure5({ apiKey: 'k', ...azure, fetch }),
  anthropic: (fetch) => new Anthropic({ apiKey: 'k', fetch }),
  foundry: (fetch) => new AnthropicFoundry({ azureADTokenProvider: async () => 't', resource: 'unit', fetch }),
};
const told = {};
for (const [name, make] of Object.entries(clients)) {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, limits: { rpm: 60 }, tiers: { free: { rpm: 1 } } });
  const isClaude = name === 'anthropic' || name === 'foundry';
  const bare = make(answering(isClaude ? message : chat));
  const client = withRateLimit(bare, { limiter });
  const ask = () => isClaude
    ? client.messages.create({ model: 'claude-haiku-4-5', max_tokens: 8, messages })
    : client.chat.completions.create({ model: 'gpt-4o', messages });
  await clock.run(runAs({ key: 'ann', tier: 'free' }, ask));
  const error = await clock.run(runAs({ key: 'ann', tier: 'free', maxWaitMs: 0 }, ask).catch((e) => e));
  const [{ totals, lane }] = limiter.snapshot();
  told[name] = [
    totals.calls, totals.actual.outputTokens, lane,
    client instanceof bare.constructor, client.rateLimit === limiter,
    error instanceof RateLimitExceeded, error instanceof HeadroomError, error.name, error.code,
  ];
}
console.log(JSON.stringify(told));
`;

const ENDS = [true, true, true, true, 'RateLimitExceeded', 'rate_limit_exceeded'];
const EXPECTED = {
  openai: [1, 1, 'api.openai.com/gpt-4o', ...ENDS],
  openai5: [1, 1, 'api.openai.com/gpt-4o', ...ENDS],
  azure: [1, 1, 'gateway.contoso.com/gpt-4o', ...ENDS],
  azure5: [1, 1, 'gateway.contoso.com/gpt-4o', ...ENDS],
  anthropic: [1, 1, 'api.anthropic.com/claude-haiku-4-5', ...ENDS],
  foundry: [1, 1, 'unit.services.ai.azure.com/claude-haiku-4-5', ...ENDS],
};

/** Megabytes of data, which take a bundler long. */
const VOCABULARIES = ['js-tiktoken/ranks/*'];

type Bundle = (input: string, output: string) => Promise<unknown>;

const esbuilt =
  (options: object): Bundle =>
  (input, outfile) =>
    build({
      ...{ entryPoints: [input], outfile, bundle: true, platform: 'node', target: 'node22' },
      ...{ format: 'esm', logLevel: 'silent', external: VOCABULARIES, ...options },
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });

const rolled =
  (output: object): Bundle =>
  async (input, file) => {
    const bundle = await rolldown({ input, platform: 'node', logLevel: 'silent' });
    await bundle.write({ file, format: 'esm', ...output, codeSplitting: false });
  };

const BUNDLERS: [string, Bundle][] = [
  ['esbuild, minified', esbuilt({ minify: true })],
  ['esbuild, minified with its names', esbuilt({ minify: true, keepNames: true })],
  ['rolldown, minified', rolled({ minify: true })],
  ['rolldown, minified with its names', rolled({ minify: true, keepNames: true })],
];

function run(name: string): unknown {
  const options = { cwd: folder, encoding: 'utf8' } as const;
  return JSON.parse(execFileSync(process.execPath, [name], options));
}

describe.each(BUNDLERS)('bundled by %s', (_, bundle) => {
  it('it does the same', async () => {
    writeFileSync(join(folder, 'program.mjs'), PROGRAM);
    await bundle(join(folder, 'program.mjs'), join(folder, 'bundle.mjs'));
    expect(run('bundle.mjs')).toEqual(EXPECTED);
  });
});

describe('two copies of the library in one program', () => {
  const TWICE = `
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import * as one from './one.mjs';
import * as two from './two.mjs';

const bare = new OpenAI({ apiKey: 'k', fetch: async () => new Response('{"choices":[]}', { headers: { 'content-type': 'application/json' } }) });
const claude = new Anthropic({ apiKey: 'k', fetch: async () => new Response('{"content":[]}', { headers: { 'content-type': 'application/json' } }) });
const limiter = one.createRateLimiter({ limits: { rpm: 600 }, tiers: { free: { rpm: 1 } } });
const error = await limiter.acquire({ requests: 1000 }).catch((error) => error);
const ask = (client) => client.chat.completions.create({ model: 'gpt-4o', messages: [] });
const claudeAsk = (client) => client.messages.create({ model: 'claude-haiku-4-5', max_tokens: 8, messages: [] });
const shared = two.withRateLimit(bare, { limiter });
await one.runAs({ key: 'ann', tier: 'free' }, () => ask(shared));
const told = [await limiter.allowance({ key: 'ann', tier: 'free' }), await limiter.allowance({ key: 'bob', tier: 'free' })];
const again = two.createRateLimiter();
const rewrapped = two.withRateLimit(one.withRateLimit(bare, { limiter }), { limiter: again });
await ask(rewrapped);
const reclaude = two.withRateLimit(one.withRateLimit(claude, { limiter }), { limiter: again });
await claudeAsk(reclaude);
class Own extends two.CallTooLarge {}
const other = await two.createRateLimiter({ limits: { rpm: 1 }, maxQueue: 0 }).acquire({ requests: 7 }).catch((error) => error);
console.log(JSON.stringify({
  copies: one.HeadroomError !== two.HeadroomError,
  instances: [two.HeadroomError, two.CallTooLarge, two.QueueFull, one.CallTooLarge, Own].map((each) => error instanceof each),
  reverse: [one.HeadroomError, one.CallTooLarge, one.BudgetSpent].map((each) => other instanceof each),
  nothing: [undefined, null, 'x', {}, new Error('x')].map((each) => each instanceof two.HeadroomError),
  remaining: told.map(([{ remaining }]) => remaining),
  calls: [limiter, again].map((each) => each.snapshot().filter(({ lane }) => lane.startsWith('api.')).map(({ totals }) => totals.calls)),
}));
process.exit(0);
`;

  beforeAll(async () => {
    const [one, two, old] = ['one.mjs', 'two.mjs', 'old.mjs'].map((name) => join(folder, name));
    const index = resolve('src/index.ts');
    await esbuilt({ minify: true })(index, one ?? '');
    await esbuilt({})(index, two ?? '');
    await esbuilt({ plugins: [{ name: 'version', setup: versionOf('0.0.9') }] })(index, old ?? '');
  });

  it('know each other’s errors, limiters, callers and clients', async () => {
    writeFileSync(join(folder, 'twice.mjs'), TWICE);
    expect(run('twice.mjs')).toEqual({
      copies: true,
      instances: [true, true, false, true, false],
      reverse: [true, true, false],
      nothing: [false, false, false, false, false],
      remaining: [0, 1],
      calls: [[1], [1, 1]],
    });
  });

  it('of other versions share no limiter: an error says what to do', async () => {
    const old = `
import OpenAI from 'openai';
import { withRateLimit } from './one.mjs';
import { createRateLimiter } from './old.mjs';
try {
  withRateLimit(new OpenAI({ apiKey: 'k' }), { limiter: createRateLimiter() });
} catch (error) {
  console.log(JSON.stringify([error.name, error.message]));
}
`;
    writeFileSync(join(folder, 'mixed.mjs'), old);
    expect(run('mixed.mjs')).toEqual([
      'TypeError',
      'The `limiter` is from llm-headroom 0.0.9, but `withRateLimit` is from 0.1.0: install one version for both, for example with `npm dedupe`',
    ]);
  });
});

/** A plugin of esbuild that builds another version. */
function versionOf(version: string): (build: import('esbuild').PluginBuild) => void {
  return ({ onLoad }) => {
    onLoad({ filter: /src\/version\.ts$/ }, () => ({
      contents: `export const VERSION = '${version}';`,
    }));
  };
}
