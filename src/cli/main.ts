#!/usr/bin/env node
/// <reference types="node" />
import { setFlagsFromString } from 'node:v8';
import { runCommand } from './command.ts';

/**
 * A run lasts for hours, and what its calls leave behind is soon old: V8 would let that grow to
 * several times what is in use. Here it collects after a third more.
 */
setFlagsFromString('--heap-growing-percent=30');

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  isTerminal: process.stderr.isTTY === true,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  onInterrupt: (callback) => {
    process.on('SIGINT', callback).on('SIGTERM', callback);
    return () => void process.off('SIGINT', callback).off('SIGTERM', callback);
  },
});
