import { parseArgs } from 'node:util';
import { BadArgument } from './bad-argument.ts';

export const HELP = `Summarizes text files, chunk by chunk and then as a whole.

  npm start                        this project's own files
  npm start -- notes.md book.txt   the files named
  npm start -- --faults            with simulated providers that fail now and then

It asks OpenAI where OPENAI_API_KEY is set, Anthropic where ANTHROPIC_API_KEY is set, and two
simulated providers with low limits where neither is. Also read from the environment:

  OPENAI_MODEL     OPENAI_RPM     OPENAI_TPM
  ANTHROPIC_MODEL  ANTHROPIC_RPM  ANTHROPIC_ITPM  ANTHROPIC_OTPM
`;

export interface CommandLine {
  readonly files: readonly string[];
  readonly faults: boolean;
  readonly help: boolean;
}

/** @throws BadArgument for an option that doesn't exist */
export function readCommandLine(args: string[]): CommandLine {
  const options = { faults: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { files: positionals, faults: values.faults ?? false, help: values.help ?? false };
  } catch (error) {
    const [first] = String(error instanceof Error ? error.message : error).split('. ');
    throw new BadArgument(`${first}. See \`npm start -- --help\``);
  }
}
