/**
 * Everything that must hold before a change lands, besides the tests. Shows the output of what fails.
 * If `TESTED` is set, the suite has just run: it has made the build, and `pages` and `packed` are
 * among its tests, so they aren't run again.
 */
import { execFile } from 'node:child_process';

/** Tools that pack the package don't build it once more. */
const ENV = { ...process.env, npm_config_ignore_scripts: 'true' };
const isTested = Boolean(process.env.TESTED);

interface Outcome {
  readonly name: string;
  readonly isFine: boolean;
  readonly output: string;
}

/** Runs a script of `package.json`. */
function run(name: string): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      'npm',
      ['run', '--silent', name],
      { maxBuffer: 1e9, env: ENV, shell: process.platform === 'win32' },
      (error, stdout, stderr) => {
        const outcome = { name, isFine: error === null, output: `${stdout}${stderr}` };
        console.log(`${outcome.isFine ? 'ok    ' : 'FAILED'} ${name}`);
        resolve(outcome);
      },
    );
  });
}

async function inTurn(names: readonly string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const name of names) outcomes.push(await run(name));
  return outcomes;
}

const built = isTested ? [] : [await run('build')];
// Two at a time, about equally long.
const both = await Promise.all([
  inTurn(['format:check', 'types', 'cycles', 'rings', 'links', 'reference']),
  inTurn(['size', 'publint', 'exports', ...(isTested ? [] : ['pages', 'packed'])]),
]);
const failed = [...built, ...both.flat()].filter(({ isFine }) => !isFine);
for (const { name, output } of failed) console.error(`\n${name}:\n${output}`);
process.exitCode = failed.length === 0 ? 0 : 1;
