import { field } from '../../model/json.ts';

/** How much is read at a time, in bytes. */
const CHUNK_BYTES = 65_536;

/** What is used of Node's `fs/promises`. */
interface Files {
  open(url: URL): Promise<OpenFile>;
}

interface OpenFile {
  read(into: Uint8Array): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/**
 * The text of a module's file, in chunks that share one buffer: each is gone when the next one is
 * asked for.
 *
 * @param resolve - finds the file's URL
 * @param turn - resolves when the event loop has had its turn
 * @throws where there are no files, or not this one
 */
export async function* moduleChunks(
  resolve: () => string,
  turn: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const files = filesHere();
  await turn();
  const url = new URL(resolve());
  await turn();
  const file = await files.open(url);
  try {
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function filesHere(): Files {
  // Deno would ask its user for permission. No import: bundlers for browsers can't resolve it.
  const process: unknown = 'Deno' in globalThis ? undefined : Reflect.get(globalThis, 'process');
  const builtin = field(process, 'getBuiltinModule');
  const files: unknown = typeof builtin === 'function' && builtin.call(process, 'fs/promises');
  if (!isFiles(files)) throw new Error('there is no file system');
  return files;
}

function isFiles(value: unknown): value is Files {
  return typeof field(value, 'open') === 'function';
}
