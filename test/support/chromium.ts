import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';

const PACKAGE = resolve('node_modules/@sparticuz/chromium');

/**
 * A headless Chromium: the binary of `@sparticuz/chromium`, which needs no libraries of the system.
 * It is for Linux on x64; elsewhere an installed Chrome. `undefined` where there is none.
 */
export async function launchChromium(): Promise<Browser | undefined> {
  const isPackaged = process.platform === 'linux' && process.arch === 'x64';
  try {
    // Its sandbox needs rights that containers lack. These tests only open pages of their own.
    const from = isPackaged ? { executablePath: await unpacked() } : { channel: 'chrome' };
    return await chromium.launch({ ...from, args: ['--no-sandbox', '--disable-gpu'] });
  } catch (error) {
    if (process.env.CI) throw error;
    return undefined;
  }
}

export const NO_CHROMIUM = 'no Chromium runs here: neither its npm package nor an installed Chrome';

/** Unpacks the binary once for each version. Processes that do so at once don't meet. */
async function unpacked(): Promise<string> {
  const { version } = JSON.parse(readFileSync(resolve(PACKAGE, 'package.json'), 'utf8'));
  const path = resolve(`node_modules/.cache/llm-headroom/chromium-${version}`);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}`;
  await pipeline(
    createReadStream(resolve(PACKAGE, 'bin/chromium.br')),
    createBrotliDecompress({ chunkSize: 2 ** 20 }),
    createWriteStream(part, { mode: 0o755 }),
  );
  await rename(part, path);
  return path;
}
