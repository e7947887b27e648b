import { field } from '../model/json.ts';
import { VERSION } from '../version.ts';
import { readArguments } from './arguments.ts';
import { runBatch } from './batch.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { HELP } from './help.ts';
import type { Io } from './io.ts';
import { runLimits } from './limits.ts';
import { runPlan } from './plan.ts';

/** Runs `llm-headroom` with arguments. Resolves to its exit code. */
export async function runCommand(argv: readonly string[], io: Io): Promise<number> {
  try {
    const asked = readArguments(argv);
    if (asked === 'help' || asked === 'version') {
      io.out(asked === 'help' ? HELP : `${VERSION}\n`);
      return 0;
    }
    if (asked.command === 'limits') return await runLimits(asked, io);
    if (asked.command === 'plan' || asked.dryRun) return await runPlan(asked, io);
    return await runBatch(asked, io);
  } catch (error) {
    const told = error instanceof CommandError ? error : ofSystem(error);
    if (told === undefined) throw error;
    io.err(`${told.message}\n`);
    return told.exitCode;
  }
}

/** A file that can't be read or written; `undefined` for what is a mistake of ours. */
function ofSystem(error: unknown): CommandError | undefined {
  if (!(error instanceof Error) || typeof field(error, 'syscall') !== 'string') return undefined;
  const isFull = field(error, 'code') === 'ENOSPC';
  return new CommandError(error.message, isFull ? EXIT.stopped : EXIT.usage);
}
