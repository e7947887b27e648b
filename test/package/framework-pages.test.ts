import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../support/readme.ts';

const PAGES = globSync('docs/frameworks/*.md');
const SIMULATED = resolve('test/package/simulated.ts');

/** The packages that the page installs, and the program that it shows. */
function instructions(page: string) {
  const text = read(page);
  const [, packages = ''] = /^npm install (.+)$/m.exec(text) ?? [];
  const [, program = ''] = /^```ts\n(.*?)^```$/ms.exec(text) ?? [];
  return { packages: packages.split(' '), program };
}

/** Runs the program. Where it only exports a function that asks, asks. */
const ASK = `
const { ask } = await import('./main.ts');
if (ask !== undefined) console.log(JSON.stringify(await ask('What is a limit?')));
`;

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
    const { packages, program } = instructions(page);
    const folder = join(root, basename(page, '.md'));
    install(folder, packages);
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(join(folder, 'main.ts'), program);
    writeFileSync(join(folder, 'ask.mjs'), ASK);
    const { PATH } = process.env;
    const env = { PATH, AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '--import', SIMULATED, 'ask.mjs'],
      { cwd: folder, encoding: 'utf8', env },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/This is answer \d, from a simulated model\.|^Ada is 36$/m);
  });
});
