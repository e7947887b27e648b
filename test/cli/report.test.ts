import type { Browser, BrowserContextOptions } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { launchChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });
async function reported(via = ''): Promise<World> {
  const world = new World();
  world.write(
    'in.jsonl',
    ids(300).map((id) => openaiLine(id)),
  );
  const simulator = createSimulator({
    clock,
    limits: { rpm: 120, tpm: 20_000 },
    latency: (_, random) => 200 + 2000 * random(),
    batches: {
      outcome: ({ index }) => (index % 50 === 0 ? 400 : index % 3 === 0 ? 500 : 'answer'),
    },
  });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (!/Item id-1?7"/.test(String(init?.body))) return simulator.fetch(input, init);
    return Response.json({ error: { message: 'Item <is> bad' } }, { status: 400 });
  };
  const args = `batch in.jsonl -o out.jsonl --limits rpm=120 --report ${world.path('report.html')}`;
  await world.sent(`${args} ${via}`, clock, { fetch });
  return world;
}

function dataIn(html: string) {
  const json = /<script type="application\/json" id="data">(.*)<\/script>/.exec(html)?.[1] ?? '';
  return JSON.parse(json);
}

it.each(['', '--via batch-api'])(
  'reports the same numbers as the results file has %s',
  async (via) => {
    const world = await reported(via);
    const { totals, failures } = dataIn(world.text('report.html'));
    const results = world.results();
    const bodies = results.map(({ response }) => response.body);
    const sum = (name: string) => bodies.reduce((all, { usage }) => all + (usage?.[name] ?? 0), 0);
    const failed = results.filter(({ response }) => response.status_code !== 200);
    expect(totals).toMatchObject({
      results: results.length,
      failed: failed.length,
      inputTokens: sum('prompt_tokens'),
      outputTokens: sum('completion_tokens'),
    });
    expect(failed.length).toBeGreaterThan(0);
    expect(failures.map(({ id }: { id: string }) => id).toSorted()).toEqual(
      failed.map(({ custom_id }) => custom_id).toSorted(),
    );
    expectNames(world.text('report.html'), via);
    const told = Number(/\$([\d.]+), \d+ 429s/.exec(world.err)?.[1]);
    expect(totals.usd).toBeCloseTo(told, 4);
    if (via !== '') {
      const whole = (sum('prompt_tokens') * 0.15 + sum('completion_tokens') * 0.6) / 1e6;
      expect(totals.usd / whole).toBeCloseTo((totals.batch * 0.5 + totals.live) / 300, 1);
    }
  },
);

/** Calls are named as the file names them: by `custom_id` and, where they were sent live, by line. */
function expectNames(html: string, via: string) {
  const { slowest, failures } = dataIn(html);
  const named = ids(300).map((id, index) => ({ id, line: index + 1 }));
  expect(slowest).toHaveLength(10);
  for (const { id, line } of slowest) expect(named).toContainEqual({ id, line });
  for (const { id, line } of failures) {
    const known = named.find((each) => each.id === id);
    expect(line).toBe(via === '' || line !== undefined ? known?.line : undefined);
  }
  expect(html).toMatch(/<h2>Slowest calls<\/h2><table><tr><th>call<\/th><th>line<\/th>/);
  expect(html).toContain(`<td>${slowest[0].id}</td><td>${slowest[0].line}</td>`);
}

/** The page from disk in one of its looks, what it asked for, and what went wrong. */
async function opened(browser: Browser, url: string, look: BrowserContextOptions) {
  const page = await browser.newPage(look);
  const requests: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => errors.push(message.text()));
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(url);
  return { page, requests, errors };
}

/** How many labels below a chart begin before the one on their left ends. */
const OVERLAPPING = `[...document.querySelectorAll('.x')].flatMap((axis) => {
  const boxes = [...axis.children].map((each) => each.getBoundingClientRect());
  const shown = boxes.filter(({ width }) => width > 0);
  return shown.filter(({ left }, index) => index > 0 && left < shown[index - 1].right);
}).length`;

it('shows the numbers of the results file in a browser, and asks for nothing', async ({ skip }) => {
  const browser = await launchChromium();
  if (browser === undefined) return skip(NO_CHROMIUM);
  onTestFinished(() => browser.close());
  const world = await reported();
  const results = world.results();
  const failed = results.filter(({ response }) => response.status_code !== 200);
  const tokens = (name: string) =>
    results.reduce((all, { response }) => all + (response.body.usage?.[name] ?? 0), 0);
  const url = `file://${world.path('report.html')}`;
  for (const [colorScheme, width, background] of [
    ['light', 1280, 'rgb(255, 255, 255)'],
    ['dark', 390, 'rgb(20, 23, 27)'],
  ] as const) {
    const look = { colorScheme, viewport: { width, height: 800 } };
    const { page, requests, errors } = await opened(browser, url, look);
    expect({ requests, errors }).toEqual({ requests: [url], errors: [] });
    const cards = await page.locator('.cards li').allInnerTexts();
    expect(cards.map((card) => card.split('\n').filter((line) => line !== ''))).toEqual([
      [String(results.length), 'Results'],
      [String(failed.length), 'Failed'],
      ['300', 'Requests', 'attempts, live'],
      ['0', '429s'],
      [String(tokens('prompt_tokens')), 'Tokens in'],
      [String(tokens('completion_tokens')), 'Tokens out'],
      [expect.stringMatching(/^\$0\.\d+$/), 'Spend', 'list prices'],
    ]);
    expect(await page.locator('svg').count()).toBe(5);
    expect(await page.locator('td', { hasText: '400: Item <is> bad' }).count()).toBe(failed.length);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(background);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await page.evaluate(OVERLAPPING)).toBe(0);
  }
});

it('says at once where the report can not be written', async () => {
  const world = new World();
  world.write('in.jsonl', [openaiLine('a')]);
  expect(await world.run('batch in.jsonl -o out.jsonl --report /none/report.html')).toBe(2);
  expect(world.err).toContain('ENOENT');
});
