/**
 * Builds `dist/`: a bundle for each entry of `package.json` with the code that they share in
 * `dist/chunks/`, so that an import opens a few files instead of 300, and a class is the same one in
 * every entry. The code stays readable, and has no source maps; types are tsc's, a file each.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';

const ROOT = join(import.meta.dirname, '..');
const { exports, bin, dependencies, peerDependencies } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);

/** By the name of each file in `dist`, without its ending: its source. */
function entries(): Record<string, string> {
  const targets: unknown[] = [...Object.values(exports), ...Object.values(bin)];
  const files = targets.map((each) => (typeof each === 'string' ? each : pathIn(each)));
  const built = files.filter((file) => file.endsWith('.js'));
  const names = built.map((file) => relative('dist', file).replace(/\.js$/, ''));
  return Object.fromEntries(names.map((name) => [name, join(ROOT, `src/${name}.ts`)]));
}

function pathIn(target: unknown): string {
  return String(Object(target).default);
}

/** What the package's users install, and what Node has. */
function isExternal(id: string): boolean {
  const names = Object.keys({ ...dependencies, ...peerDependencies });
  return id.startsWith('node:') || names.some((name) => id === name || id.startsWith(`${name}/`));
}

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
const bundle = await rolldown({
  input: entries(),
  external: isExternal,
  platform: 'neutral',
  onLog: (level, { message }) => {
    if (level !== 'debug') throw new Error(message);
  },
});
await bundle.write({
  dir: join(ROOT, 'dist'),
  format: 'esm',
  chunkFileNames: 'chunks/[name].js',
  comments: { legal: true, annotation: true, jsdoc: false },
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
});
await bundle.close();
execFileSync(
  process.execPath,
  [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: ROOT,
    stdio: 'inherit',
  },
);
