import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { EdgeRuntime } from 'edge-runtime';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { COMMANDS, missing, served, WORKERD } from './binary.ts';
import { coreSuite, NEUTRAL } from './core.ts';

const folder = mkdtempSync(join(tmpdir(), 'runtimes-'));
let browser: Browser | undefined;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await browser?.close();
});

const EXPECTED = {
  statuses: [200],
  refused: 0,
  hasWaited: true,
  calls: 12,
  inFlight: 0,
  outputTokens: true,
  error: 'CallTooLarge',
};

/** The smoke program in one file that imports nothing: what a runtime lacks must not be asked of it. */
async function bundled(body: string, format: 'esm' | 'iife' = 'esm'): Promise<string> {
  smokes[format] ??= smokeIn(format);
  return `${await smokes[format]}\n${body}`;
}

/** Each is bundled once. */
const smokes: Partial<Record<'esm' | 'iife', Promise<string>>> = {};

async function smokeIn(format: 'esm' | 'iife'): Promise<string> {
  const smoke = JSON.stringify(resolve('test/runtimes/smoke.ts'));
  const contents = `import { smoke } from ${smoke};\nglobalThis.runSmoke = smoke;`;
  const stdin = { contents, resolveDir: resolve('.') };
  const { outputFiles } = await build({ ...NEUTRAL, format, stdin });
  return outputFiles[0]?.text ?? '';
}

const PRINTED = 'console.log(JSON.stringify(await runSmoke()));';
const SERVED = `export default { fetch: async () => Response.json(await runSmoke()) };`;
const ANSWERED = `addEventListener('fetch', (event) =>
  event.respondWith(runSmoke().then((said) => Response.json(said))));`;

/** What a program printed as JSON. */
async function printed(command: string, args: readonly string[], program: string) {
  const file = join(folder, 'program.mjs');
  writeFileSync(file, program);
  const { stdout } = await promisify(execFile)(command, [...args, file], { cwd: folder });
  return JSON.parse(stdout);
}

describe('the package and its simulator, in one file', () => {
  it.for(COMMANDS)('work on %s', async ([name, command, args], { skip }) => {
    if (command === undefined) return skip(missing(name));
    expect(await printed(command, args, await bundled(PRINTED))).toEqual(EXPECTED);
  });

  it("work on Vercel's edge runtime, which has no CustomEvent", async () => {
    const runtime = new EdgeRuntime({ initialCode: await bundled(ANSWERED, 'iife') });
    const response = await runtime.dispatchFetch('https://edge.example/');
    expect(await response.json()).toEqual(EXPECTED);
  });

  it("work on workerd, Cloudflare's runtime, without its Node compatibility", async ({ skip }) => {
    if (WORKERD === undefined) return skip(missing('workerd'));
    expect(await served(WORKERD, folder, await bundled(SERVED))).toEqual(EXPECTED);
  });

  it('work in Chromium, on a page without a secure context', async ({ skip }) => {
    if (browser === undefined) return skip(NO_CHROMIUM);
    const page = await browser.newPage();
    const script = await bundled('globalThis.said = runSmoke();', 'iife');
    expect(await page.evaluate(`${script}; said`)).toEqual(EXPECTED);
  });
});

describe("the core's tests: rules, queue, lanes and their protocol", () => {
  /** Node 24 runs them all in the suite itself. */
  const others = COMMANDS.filter(([name]) => name !== 'Node');
  const pass = { failed: [], passed: expect.toSatisfy((count) => count >= LEAST_TESTS) };

  it.for(others)('pass on %s', async ([name, command, args], { skip }) => {
    if (command === undefined) return skip(missing(name));
    const core = await coreSuite('console.log(JSON.stringify(await runCore()));');
    // Vitest's assertions look for the terminal's colors.
    const granted = name === 'Deno' ? [...args, '--allow-env'] : args;
    expect(await printed(command, granted, core)).toEqual(pass);
  });

  it('pass on workerd', async ({ skip }) => {
    if (WORKERD === undefined) return skip(missing('workerd'));
    const worker = `export default { fetch: async () => Response.json(await runCore()) };`;
    expect(await served(WORKERD, folder, await coreSuite(worker))).toEqual(pass);
  });
});

/** In November 2026 there were 620. */
const LEAST_TESTS = 550;
