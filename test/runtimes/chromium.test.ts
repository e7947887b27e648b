import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { serve } from '@hono/node-server';
import { build } from 'esbuild';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createSimulator, type Simulator } from '../../src/testing/index.ts';
import { launchChromium, NO_CHROMIUM } from '../support/chromium.ts';

type Answer = (request: Request) => Response | Promise<Response>;

let browser: Browser | undefined;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** The URL of a server that runs until the end of the test. */
function served(fetch: Answer): Promise<string> {
  return new Promise((resolve) => {
    const server = serve({ fetch, port: 0 }, ({ port }: AddressInfo) =>
      resolve(`http://127.0.0.1:${port}`),
    );
    onTestFinished(() => void server.close());
  });
}

/** A page with the library in it, as a bundler makes it for browsers: code that comes late in files of its own. */
async function bundled(): Promise<Answer> {
  const { outputFiles } = await build({
    ...{ entryPoints: ['test/runtimes/page.ts'], outdir: 'unwritten', write: false },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'browser', logLevel: 'error' },
  });
  const files = new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]));
  return ({ url }) => {
    const text =
      files.get(new URL(url).pathname) ?? '<!doctype html><link rel="icon" href="data:,">';
    const type = text.startsWith('<!doctype') ? 'text/html' : 'text/javascript';
    return new Response(text, { headers: { 'content-type': type } });
  };
}

const EXPECTED = {
  answers: 1,
  hasWaited: true,
  calls: 24,
  runAs: expect.stringContaining('`AsyncLocalStorage`, which this runtime lacks'),
};

/** What a page says of its calls to a simulator of another origin, which shows it some headers. */
async function calledFromPage(
  open: Browser,
  simulator: Simulator,
  exposeHeaders: string[],
  options: object,
): Promise<unknown> {
  const app = new Hono()
    .use(cors({ origin: '*', exposeHeaders }))
    .all('*', ({ req }) => simulator.fetch(req.raw));
  const page = await open.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => errors.push(message.text()));
  await page.goto(await served(await bundled()));
  const call = `callAtOnce(${JSON.stringify(await served(app.fetch))}, ${JSON.stringify(options)})`;
  const said = await page.evaluate(`import('/page.js').then(({ callAtOnce }) => ${call})`);
  expect(errors).toEqual([]);
  return said;
}

it('a page in Chromium learns the limits from headers that it may read', async ({ skip }) => {
  if (browser === undefined) return skip(NO_CHROMIUM);
  const simulator = createSimulator({ limits: { rpm: 600 }, fill: { rpm: 8 } });
  const said = await calledFromPage(browser, simulator, ['*'], { headroom: 0 });
  const limits = [['requests', 600, 'headers']];
  expect(said).toEqual({ ...EXPECTED, limits, concurrency: Infinity });
  expect(simulator.stats()).toMatchObject({ admitted: 24, status429: 0 });
});

it('a page in Chromium keeps to given limits where it may read no headers', async ({ skip }) => {
  if (browser === undefined) return skip(NO_CHROMIUM);
  const limits = { concurrency: 3 };
  const simulator = createSimulator({ limits, latency: 5 });
  const said = await calledFromPage(browser, simulator, [], { limits });
  expect(said).toEqual({ ...EXPECTED, limits: [], concurrency: 3 });
  expect(simulator.stats()).toMatchObject({ admitted: 24, status429: 0 });
});
