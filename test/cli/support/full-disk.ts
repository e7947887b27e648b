/**
 * Loaded first in a process whose disk has room for `DISK_BYTES` more: of the write that doesn't fit,
 * a part is on the disk.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { writeSync } = fs;
let left = Number(process.env.DISK_BYTES);

function write(fd: number, bytes: Uint8Array): number {
  if (left === 0)
    throw Object.assign(new Error('No space left'), { code: 'ENOSPC', syscall: 'write' });
  const written = writeSync(fd, bytes.subarray(0, left));
  left -= written;
  return written;
}

Object.assign(fs, { writeSync: write });
syncBuiltinESMExports();
