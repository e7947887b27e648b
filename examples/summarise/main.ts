import { BadArgument } from './bad-argument.ts';
import { HELP, readCommandLine } from './command-line.ts';
import { documentsFrom, ownDocuments } from './documents.ts';
import { run } from './run.ts';

/** For a process that Ctrl-C has ended: 128 and the number of SIGINT. */
const INTERRUPTED = 130;
const BAD_ARGUMENT = 2;

async function main(): Promise<number> {
  const { files, faults, help } = readCommandLine(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const documents = files.length > 0 ? documentsFrom(files) : ownDocuments();
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  const failed = await run({ documents, faults, signal: interruption.signal });
  if (interruption.signal.aborted) return INTERRUPTED;
  return failed > 0 ? 1 : 0;
}

// Whoever reads the output may have seen enough: `npm start | head`.
process.stdout.on('error', () => process.exit(1));

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BadArgument)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = BAD_ARGUMENT;
}
