import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A runtime's binary: of its npm package, else on the `PATH`; `undefined` where none runs. */
export function binary(name: string, packaged: string): string | undefined {
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

export const missing = (name: string): string =>
  `no ${name} runs here: neither its npm package nor one on the PATH`;

/** Runtimes that run a file, by their command. */
export const COMMANDS = [
  ['Node', process.execPath, []],
  ['Node 22', binary('node22', 'node22/bin/node'), []],
  ['Bun', binary('bun', '{bun/bin/bun.exe,@oven/bun-*/bin/bun}'), []],
  ['Deno', binary('deno', '@deno/*/deno'), ['run', '--no-prompt']],
] as const;

export const WORKERD = binary('workerd', '@cloudflare/workerd-*/bin/workerd');

/** What a worker answers that workerd runs, without its Node compatibility. */
export async function served(workerd: string, folder: string, worker: string): Promise<unknown> {
  writeFileSync(join(folder, 'worker.mjs'), worker);
  writeFileSync(join(folder, 'config.capnp'), CONFIG);
  const child = spawn(workerd, ['serve', 'config.capnp', '--control-fd=1'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(child.stdout, 'data');
    const { port } = JSON.parse(String(line));
    return await (await fetch(`http://127.0.0.1:${port}/`)).json();
  } finally {
    child.kill();
    await once(child, 'close');
  }
}

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-01-01"
);
`;
