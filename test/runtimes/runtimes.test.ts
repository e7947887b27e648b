import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { EdgeRuntime } from 'edge-runtime';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'runtimes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
  const smoke = JSON.stringify(resolve('test/runtimes/smoke.ts'));
  const { outputFiles } = await build({
    stdin: { contents: `import { smoke } from ${smoke};\n${body}`, resolveDir: resolve('.') },
    bundle: true,
    write: false,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    format,
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
  });
  return outputFiles[0]?.text ?? '';
}

const PRINTED = 'console.log(JSON.stringify(await smoke()));';
const SERVED = `export default { fetch: async () => Response.json(await smoke()) };`;
const ANSWERED = `addEventListener('fetch', (event) =>
  event.respondWith(smoke().then((said) => Response.json(said))));`;

/** A runtime's binary: of its npm package, else on the `PATH`; `undefined` where none runs. */
function binary(name: string, packaged: string): string | undefined {
  const found = globSync(packaged, { cwd: 'node_modules' }).map((path) =>
    resolve('node_modules', path),
  );
  return [...found, name].find((path) => runs(path));
}

function runs(path: string): boolean {
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const missing = (name: string): string =>
  `no ${name} runs here: neither its npm package nor one on the PATH`;

const COMMANDS = [
  ['Node', process.execPath, []],
  ['Bun', binary('bun', '{bun/bin/bun.exe,@oven/bun-*/bin/bun}'), []],
  ['Deno', binary('deno', '@deno/*/deno'), ['run', '--no-prompt']],
] as const;

describe('the package and its simulator, in one file', () => {
  it.for(COMMANDS)('work on %s', async ([name, command, args], { skip }) => {
    if (command === undefined) return skip(missing(name));
    const file = join(folder, 'program.mjs');
    writeFileSync(file, await bundled(PRINTED));
    const { stdout } = await promisify(execFile)(command, [...args, file], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual(EXPECTED);
  });

  it("work on Vercel's edge runtime, which has no CustomEvent", async () => {
    const runtime = new EdgeRuntime({ initialCode: await bundled(ANSWERED, 'iife') });
    const response = await runtime.dispatchFetch('https://edge.example/');
    expect(await response.json()).toEqual(EXPECTED);
  });

  it("work on workerd, Cloudflare's runtime, without its Node compatibility", async ({ skip }) => {
    const workerd = binary('workerd', '@cloudflare/workerd-*/bin/workerd');
    if (workerd === undefined) return skip(missing('workerd'));
    writeFileSync(join(folder, 'worker.mjs'), await bundled(SERVED));
    writeFileSync(join(folder, 'config.capnp'), WORKERD);
    const child = spawn(workerd, ['serve', 'config.capnp', '--control-fd=1'], { cwd: folder });
    const [line] = await once(child.stdout, 'data');
    const { port } = JSON.parse(String(line));
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(await response.json()).toEqual(EXPECTED);
    child.kill();
    await once(child, 'close');
  });
});

const WORKERD = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-01-01"
);
`;
