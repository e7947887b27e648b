/**
 * Fails where importing the package has become heavier than it may be: its code with that of its
 * dependencies, minified and compressed (brotli, as size-limit counts), without what is loaded later; and
 * the files that an import opens. Also tells what a first call of a client loads besides, without
 * vocabularies. With `--modules`, which of our files weigh how much. Needs a build.
 */
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

/** Of 1000 bytes. */
const MOST_KB = 60;
const MOST_FIRST_CALL_KB = 52;
const MOST_FILES = 10;

/** What a first call of a client loads: the chunks of these, and all that they import. */
const FIRST_CALL = ['call-pipeline', 'shared-estimator', 'openai-calls'];

const root = join(import.meta.dirname, '..');

/** An output and all that it imports at once, by name. */
function importedBy(name: string, { outputs }: Metafile, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const { path, kind, external } of outputs[name]?.imports ?? []) {
    if (kind === 'import-statement' && external !== true)
      importedBy(path, { outputs, inputs: {} }, seen);
  }
  return seen;
}

/** A bundle of the package in chunks, minified. */
async function bundled(entry: string) {
  const { metafile, outputFiles } = await build({
    ...{ entryPoints: [join(root, entry)], outdir: '/size', metafile: true, write: false },
    ...{ bundle: true, splitting: true, minify: true, format: 'esm', platform: 'node' },
    ...{ absWorkingDir: root, logLevel: 'error' },
  });
  const code = new Map(outputFiles.map(({ path, contents }) => [path.slice(1), contents]));
  const outputs = Object.entries(metafile.outputs);
  const named = (end: RegExp): string =>
    outputs.find(([, { entryPoint = '' }]) => end.test(entryPoint))?.[0] ?? '';
  return { metafile, code, named };
}

type Bundle = Awaited<ReturnType<typeof bundled>>;

function kbOf(names: Iterable<string>, { code }: Bundle): number {
  const files = [...code].filter(([path]) => [...names].some((name) => name.endsWith(path)));
  return files.reduce((sum, [, contents]) => sum + brotliCompressSync(contents).length, 0) / 1e3;
}

const dist = await bundled('dist/index.js');
const atImport = importedBy(dist.named(/dist\/index\.js$/), dist.metafile);
const files = new Set(
  [...atImport].flatMap((name) => Object.keys(dist.metafile.outputs[name]?.inputs ?? {})),
);
const kb = kbOf(atImport, dist);
const later = FIRST_CALL.flatMap((name) => [
  ...importedBy(dist.named(new RegExp(`chunks/${name}\\.js$`)), dist.metafile),
]);
const firstCallKb = kbOf(new Set(later.filter((name) => !atImport.has(name))), dist);
console.log(`An import reads ${files.size} files, minified and compressed ${kb.toFixed(1)} kB`);
console.log(`A first call of a client loads ${firstCallKb.toFixed(1)} kB more`);
if (kb > MOST_KB || files.size > MOST_FILES || firstCallKb > MOST_FIRST_CALL_KB) {
  console.error(`It may be ${MOST_FILES} files, ${MOST_KB} kB and ${MOST_FIRST_CALL_KB} kB`);
  process.exitCode = 1;
}

if (process.argv.includes('--modules')) {
  const source = await bundled('src/index.ts');
  const names = importedBy(source.named(/src\/index\.ts$/), source.metafile);
  const inputs = [...names].flatMap((name) =>
    Object.entries(source.metafile.outputs[name]?.inputs ?? {}),
  );
  const rooms: Record<string, { files: number; 'minified kB': number }> = {};
  for (const [path, { bytesInOutput }] of inputs) {
    const room = path.split('/').slice(0, -1).join('/');
    const { files = 0, 'minified kB': kB = 0 } = rooms[room] ?? {};
    rooms[room] = { files: files + 1, 'minified kB': kB + bytesInOutput / 1e3 };
  }
  console.table(rooms);
}
