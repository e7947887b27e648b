import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

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
    const told = Number(/\$([\d.]+), \d+ 429s/.exec(world.err)?.[1]);
    expect(totals.usd).toBeCloseTo(told, 4);
    if (via !== '') {
      const whole = (sum('prompt_tokens') * 0.15 + sum('completion_tokens') * 0.6) / 1e6;
      expect(totals.usd / whole).toBeCloseTo((totals.batch * 0.5 + totals.live) / 300, 1);
    }
  },
);

it.skipIf(CHROMIUM === undefined)(
  'opens in a browser, from disk',
  async () => {
    const world = await reported();
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=1000'];
    const url = `file://${world.path('report.html')}`;
    const dom = execFileSync(CHROMIUM ?? '', [...flags, '--dump-dom', url], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    expect(dom.match(/<figcaption>/g)).toHaveLength(5);
    expect(dom).toContain('<b>300</b><span>Results</span>');
    expect(dom).toContain('<td>400: Item &lt;is&gt; bad</td>');
  },
  90_000,
);

it('says at once where the report can not be written', async () => {
  const world = new World();
  world.write('in.jsonl', [openaiLine('a')]);
  expect(await world.run('batch in.jsonl -o out.jsonl --report /none/report.html')).toBe(2);
  expect(world.err).toContain('ENOENT');
});
