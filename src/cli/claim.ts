/// <reference types="node" />
import { hash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { field } from '../model/json.ts';
import { CommandError } from './exit-code.ts';

/**
 * Claims a file for this process, until it is released or the process ends, however that comes. What
 * is claimed is a name of the machine, and no file: nothing stays behind.
 *
 * Machines, and containers, don't see each other's claims. Where a name can't be had for other reasons
 * than a claim, there is none.
 *
 * @throws CommandError where another process has claimed it
 */
export async function claim(path: string): Promise<() => void> {
  const address = addressOf(path);
  // A killed process leaves the name behind on some systems, without anybody there.
  for (let tries = 0; tries < 2; tries++) {
    const { release, code } = await taken(address);
    if (code !== 'EADDRINUSE') return release;
    if (await answers(address)) break;
    if (isAbsolute(address)) rmSync(address, { force: true });
  }
  throw new CommandError(
    `Another process is writing to ${path}: wait for it, or end it (one started by npx lives on if only npx was killed)`,
  );
}

/** A socket's name: on Linux one without a file, on Windows a pipe. */
function addressOf(path: string): string {
  const name = `llm-headroom-${hash('sha1', placeOf(path)).slice(0, 16)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** The same for all links to it, whether it is there or not. */
function placeOf(path: string): string {
  const full = resolve(path);
  try {
    return realpathSync(full);
  } catch {
    return resolve(realDirectory(dirname(full)), basename(full));
  }
}

function realDirectory(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function taken(address: string): Promise<{ release: () => void; code?: unknown }> {
  const server = createServer((socket) => socket.destroy()).unref();
  return new Promise((settle) => {
    server.on('error', (error) => settle({ release: () => {}, code: field(error, 'code') }));
    server.listen(address, () => settle({ release: () => void server.close() }));
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(address, () => {
      socket.destroy();
      settle(true);
    });
    socket.once('error', () => settle(false));
  });
}
