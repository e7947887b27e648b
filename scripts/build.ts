/**
 * Builds `dist/`: a bundle for each entry of `package.json` with the code that they share in
 * `dist/chunks/`, so that an import opens a few files instead of 300, and a class is the same one in
 * every entry. The code stays readable, and has no source maps; types are tsc's, a file each. What
 * the command and the report need of other packages is bundled, with its licenses.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { licensesOf } from './licenses.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const { exports, bin, dependencies, peerDependencies } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);

/** The files in `dist` that are imported or run by their names, without ending. */
function entryNames(): string[] {
  const targets: unknown[] = [...Object.values(exports), ...Object.values(bin)];
  const files = targets.map((each) => String(Object(each).default ?? each));
  const built = files.filter((file) => file.endsWith('.js'));
  return built.map((file) => relative('dist', file).replace(/\.js$/, ''));
}

/** What the package's users install, and what Node has. */
function isExternal(id: string): boolean {
  const names = Object.keys({ ...dependencies, ...peerDependencies });
  return id.startsWith('node:') || names.some((name) => id === name || id.startsWith(`${name}/`));
}

/** The files that importing one loads at once. */
function loadedBy(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export) (?!type )[^;]*?from '(\.[^']+)';/gm,
  );
  for (const [, path = ''] of imports) loadedBy(join(dirname(file), path), seen);
  return seen;
}

/** One chunk for what every import loads, and one for what a first call does: few files are opened. */
function chunkGroups() {
  const core = loadedBy(join(ROOT, 'src/index.ts'));
  const call = ['sdk/call-pipeline.ts', 'tokens/shared-estimator.ts'].map((path) => [
    ...loadedBy(join(ROOT, 'src', path)),
  ]);
  const groups = { core, call: new Set(call.flat().filter((file) => !core.has(file))) };
  return Object.entries(groups).map(([name, files]) => ({
    name,
    test: (id: string) => files.has(id),
  }));
}

async function buildCode(): Promise<void> {
  const bundle = await rolldown({
    input: Object.fromEntries(entryNames().map((name) => [name, join(ROOT, `src/${name}.ts`)])),
    external: isExternal,
    platform: 'neutral',
    onLog: (level, { message }) => {
      if (level !== 'debug') throw new Error(message);
    },
  });
  const { output } = await bundle.write({
    dir: DIST,
    format: 'esm',
    chunkFileNames: 'chunks/[name].js',
    codeSplitting: { groups: chunkGroups() },
    comments: { legal: true, annotation: true, jsdoc: false },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
  });
  const files = output.flatMap((each) => (each.type === 'chunk' ? each.moduleIds : []));
  writeFileSync(join(DIST, 'licenses.txt'), licensesOf(files));
  await bundle.close();
}

/** The declaration files that one leads to. */
function declaredBy(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?["'](\.[^"']+)\.ts["']/g);
  for (const [, path] of imports) declaredBy(join(dirname(file), `${path}.d.ts`), seen);
  return seen;
}

/** tsc declares every file; those that no entry leads to are left out. */
function buildTypes(): void {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = { cwd: ROOT, stdio: 'inherit' } as const;
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], options);
  const used = new Set<string>();
  for (const name of entryNames()) declaredBy(join(DIST, `${name}.d.ts`), used);
  for (const file of globSync('**/*.d.ts', { cwd: DIST })) {
    if (!used.has(join(DIST, file))) rmSync(join(DIST, file));
  }
}

rmSync(DIST, { recursive: true, force: true });
await buildCode();
buildTypes();
