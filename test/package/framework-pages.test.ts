import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../support/readme.ts';

const PAGES = globSync('docs/frameworks/*.md');
const SIMULATED = resolve('test/package/simulated.ts');

/** The packages that the page installs, the program that it shows, its name, and the file to save it as. */
function instructions(page: string) {
  const text = read(page);
  const [, packages = ''] = /^npm install (.+)$/m.exec(text) ?? [];
  const [, example = ''] = /^<!-- examples\/(\S+) -->$/m.exec(text) ?? [];
  const [, program = ''] = /^```ts\n(.*?)^```$/ms.exec(text) ?? [];
  const [, file = ''] = /^Save it as `([^`]+)`.* run `node \1`/m.exec(text) ?? [];
  return { packages: packages.split(' '), example, program, file };
}

/** What the program of each page prints: the first request to each host is refused, and counts. */
const SAYS: Readonly<Record<string, RegExp>> = {
  'pages/bedrock.ts': /This is answer 1, from .*\nus\.amazon\.nova-pro-v1:0: 2 calls$/m,
  'pages/cohere.ts': /This is answer 1, from .*\ncommand-a-03-2025: 2 calls$/m,
  'pages/gemini.ts': /^This is answer 1, from .*\ngemini-2\.5-flash: 2 calls$/m,
  'pages/mistral.ts': /^This is answer 1, from .*\nmistral-small-latest: 2 calls$/m,
  'ai-sdk.ts': /^This is answer 1, from a simulated model\.$/m,
  'langchain.ts':
    /^This is answer 2, from .*\n(?:This is .*\n)+gpt-4o-mini: 3 calls\nclaude-haiku-4-5: 3 calls$/m,
  'langgraph.ts': /^This is answer 2, from a simulated model\.\ngpt-4o-mini: 3 calls$/m,
  'openai-agents.ts': /^This is answer 3, from a simulated model\.\ngpt-4o-mini: 4 calls$/m,
  'llamaindex.ts': /^This is answer 1, from a simulated model\.\ngpt-4o-mini: 2 calls$/m,
  'mastra.ts': /^This is answer 1, .*model\. \(11 tokens\)\ngpt-4o-mini: 2 calls$/m,
  'instructor.ts': /^Ada is 36\ngpt-4o-mini: 1 calls$/m,
};

/** Whatever a page has the reader set. */
const KEYS = Object.fromEntries(
  [
    ...['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GEMINI_API_KEY', 'MISTRAL_API_KEY'],
    ...['COHERE_API_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
  ].map((name) => [name, 'key']),
);

/** With the packed package, and with the packages that the page names. */
describe('each page of a framework, followed in an empty folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'llm-headroom-pages-'));
  const unpacked = join(root, 'package');

  beforeAll(() => {
    const packed = execFileSync(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', root],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const [{ filename }] = JSON.parse(packed);
    execFileSync('tar', ['-xzf', filename], { cwd: root });
    const { dependencies } = JSON.parse(read('package.json'));
    install(unpacked, Object.keys(dependencies));
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Links packages of the project: the ones that they need are found there. */
  function install(folder: string, names: readonly string[]): void {
    for (const name of names) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(name === 'llm-headroom' ? unpacked : resolve('node_modules', name), link);
    }
  }

  it.each(PAGES)('%s', (page) => {
    const { packages, example, program, file } = instructions(page);
    const folder = join(root, basename(page, '.md'));
    install(folder, packages);
    // As `npm init` writes it.
    writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
    writeFileSync(join(folder, file), program);
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const env = { ...KEYS, PATH, NODE_COMPILE_CACHE };
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', SIMULATED, file], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(SAYS[example] ?? example);
  });
});
