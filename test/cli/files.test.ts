import * as fs from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { claim } from '../../src/cli/claim.ts';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });
const ALL = 'batch in.jsonl -o out.jsonl --quiet';

function world(count = 3): World {
  const made = new World();
  made.write(
    'in.jsonl',
    ids(count).map((id) => openaiLine(id)),
  );
  return made;
}

function openai() {
  return createSimulator({ clock, limits: { rpm: 60_000 } });
}

it.each([
  ['another file of requests', `${JSON.stringify(openaiLine('id-0'))}\n`],
  ['one without an end', JSON.stringify(openaiLine('id-0'))],
  ['notes', 'one\ntwo\n'],
  ['notes without an end', 'one\ntwo'],
  ['a line of notes without an end', 'one'],
  ['notes and what looks like a torn result', 'one\n{"id":"id-0","cus'],
])('takes no file of something else for results, and leaves it as it is: %s', async (_, text) => {
  const made = world();
  fs.writeFileSync(made.path('out.jsonl'), text);
  for (const more of ['', ' --retry-failed']) {
    expect(await made.sent(ALL + more, clock, openai())).toBe(2);
    expect(made.err).toContain(
      'out.jsonl contains something other than results: name another file\n',
    );
    expect(made.text('out.jsonl')).toBe(text);
  }
});

it.each([
  ['a torn line alone', '{"id":"id-0","cus'],
  ['zeros that a power cut left', '\0\0\0\0'],
  ['empty lines', '\n\n'],
])('begins with a file that has no result yet: %s', async (_, text) => {
  const made = world();
  fs.writeFileSync(made.path('out.jsonl'), text);
  expect(await made.sent(ALL, clock, openai())).toBe(0);
  const lines = made.text('out.jsonl').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).custom_id).toSorted()).toEqual(ids(3));
});

it('goes on with a file of errors and of lines that are no results', async () => {
  const made = world();
  made.write('out.jsonl', [
    { custom_id: 'id-0', response: null, error: { code: 'no_json', message: 'none' } },
    'no result',
  ]);
  expect(await made.sent(`${ALL} --retry-failed`, clock, openai())).toBe(0);
  expect(made.text('out.jsonl').split('\n')).toHaveLength(5);
});

it('overwrites neither requests nor results with the report', async () => {
  const made = world();
  const requests = made.text('in.jsonl');
  for (const name of ['in.jsonl', 'out.jsonl']) {
    expect(await made.sent(`${ALL} --report ${name}`, clock, openai())).toBe(2);
    expect(made.err).toContain('--report would overwrite ');
  }
  expect(made.text('in.jsonl')).toBe(requests);
  expect(fs.existsSync(made.path('out.jsonl'))).toBe(false);
});

it('says what can be neither read twice nor appended to', async () => {
  const made = world();
  expect(await made.run('batch - -o out.jsonl', { clock })).toBe(2);
  expect(await made.run('batch in.jsonl -o /dev/null', { clock })).toBe(2);
  expect(await made.run('batch in.jsonl -o -', { clock })).toBe(2);
  expect(made.err.split('\n')).toEqual([
    'A pipe can only be read once: save the requests in a file first',
    "-o must name a file, not '/dev/null'",
    "-o must name a file, not '-'",
    '',
  ]);
});

it('leaves links to results, and who may read them, as they are when errors are removed', async () => {
  const made = world();
  const refusal = { status: 404, headers: { 'content-type': 'application/json' } };
  const fetch = async (): Promise<Response> => new Response('{"error":{"message":"no"}}', refusal);
  expect(await made.sent(ALL, clock, { fetch })).toBe(1);
  fs.renameSync(made.path('out.jsonl'), made.path('kept.jsonl'));
  fs.chmodSync(made.path('kept.jsonl'), 0o600);
  fs.symlinkSync(made.path('kept.jsonl'), made.path('out.jsonl'));
  expect(await made.sent(`${ALL} --retry-failed`, clock, openai())).toBe(0);
  expect(made.results('kept.jsonl')).toHaveLength(3);
  expect(fs.statSync(made.path('kept.jsonl')).mode & 0o777).toBe(0o600);
  expect(fs.readdirSync(made.folder).toSorted()).toEqual(['in.jsonl', 'kept.jsonl', 'out.jsonl']);
});

it('is one at a time for a file of results, by whatever name', async () => {
  const made = world();
  fs.mkdirSync(made.path('folder'));
  fs.symlinkSync(made.path('folder'), made.path('link'));
  const release = await claim(made.path('folder/out.jsonl'));
  onTestFinished(release);
  const args = ALL.replace('out.jsonl', 'link/out.jsonl');
  expect(await made.run(args, { clock, claim, fetch: () => expect.fail('nothing is sent') })).toBe(
    2,
  );
  expect(made.err).toContain('Another process is writing to ');
  release();
  expect(await made.sent(args, clock, openai(), { claim })).toBe(0);
});

it('sends no line whose bytes are no text, and names it', async () => {
  const made = new World();
  const line = (id: string): Buffer => Buffer.from(`${JSON.stringify(openaiLine(id))}\n`, 'latin1');
  fs.writeFileSync(made.path('in.jsonl'), Buffer.concat(['a', 'é', 'è'].map(line)));
  expect(await made.sent(ALL, clock, openai())).toBe(1);
  expect(made.err).toBe(
    "Line 2 can't be used: it is not UTF-8\nLine 3 can't be used: it is not UTF-8\n",
  );
  expect(made.results().map(({ custom_id }) => custom_id)).toEqual(['a']);
});

it('says what a `custom_id` must be', async () => {
  const made = new World();
  const named = (id: unknown) => ({ ...openaiLine(''), custom_id: id });
  made.write('in.jsonl', [openaiLine('a'), named(7), named(null), named('')]);
  expect(await made.sent(ALL, clock, openai())).toBe(1);
  expect(made.err.split('\n').slice(0, -1)).toEqual([
    "Line 2 can't be used: its `custom_id` must be a string, not 7",
    "Line 3 can't be used: its `custom_id` must be a string, not null",
    "Line 4 can't be used: it has no `custom_id`",
  ]);
});

it('says so where the file of requests is changed while it is read, and does not end well', async () => {
  // More than one read of the file: what is read already can't change.
  const made = world(2000);
  let sent = 0;
  const { fetch: answer } = openai();
  const fetch: typeof globalThis.fetch = (...request) => {
    if (sent++ === 0) fs.truncateSync(made.path('in.jsonl'), 0);
    return answer(...request);
  };
  expect(await made.sent(ALL, clock, { fetch })).toBe(3);
  const left = 2000 - made.results().length;
  expect(left).toBeGreaterThan(0);
  expect(made.err).toContain(
    `in.jsonl was changed while it was read: ${left} requests are no longer there. Run the same`,
  );
});

it.each(['removed', 'replaced'])('stops where the results are %s meanwhile', async (how) => {
  const made = world(2000);
  let sent = 0;
  const { fetch: answer } = createSimulator({ clock, limits: { rpm: 600 } });
  const fetch: typeof globalThis.fetch = (...request) => {
    if (sent++ === 50) {
      if (how === 'removed') fs.rmSync(made.path('out.jsonl'));
      else {
        fs.writeFileSync(made.path('other'), '');
        fs.renameSync(made.path('other'), made.path('out.jsonl'));
      }
    }
    return answer(...request);
  };
  expect(await made.sent(`${ALL} --limits rpm=600`, clock, { fetch })).toBe(3);
  expect(made.err).toContain('out.jsonl was removed or replaced while it was written: the results');
  expect(sent).toBeLessThan(1000);
});
