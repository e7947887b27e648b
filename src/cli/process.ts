/// <reference types="node" />
import { claim } from './claim.ts';
import { runCommand } from './command.ts';

/** Whoever reads them may be gone: a pipe into `head`, a terminal. The batch goes on. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/** A terminal that closes may say so more than once, which is no wish to abort calls. */
function onInterrupt(callback: () => void): () => void {
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
    callback();
  };
  const hangUp = (): void => {
    if (!isInterrupted) interrupt();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', hangUp);
  return () =>
    void process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', hangUp);
}

/** The command in this process. */
export async function main(): Promise<void> {
  process.exitCode = await runCommand(process.argv.slice(2), {
    env: process.env,
    isTerminal: process.stderr.isTTY === true,
    get columns() {
      return process.stderr.columns;
    },
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    claim,
    onInterrupt,
  });
}
