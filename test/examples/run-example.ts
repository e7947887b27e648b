import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** What changes where an example talks to, or has it talk to anybody. */
const PLACES = /^(OPENAI|ANTHROPIC|REDIS|GEMINI|MISTRAL|COHERE|AWS)_/;

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExampleOptions {
  readonly args?: readonly string[];
  /** Set in its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Interrupts it, as Ctrl-C does, when its stderr says this. */
  readonly interruptAt?: string;
}

/** Runs a file of `examples/` as a user does, without API keys, and on the sources of the package. */
export function runExample(file: string, options: ExampleOptions = {}): Promise<Outcome> {
  const { args = [], env = {}, interruptAt } = options;
  const command = ['--import', './test/examples/source.ts', `examples/${file}`, ...args];
  const child = spawn(process.execPath, command, {
    cwd: PROJECT,
    env: { ...elsewhere(process.env), ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    const wasSaid = interruptAt !== undefined && stderr.includes(interruptAt);
    stderr += text;
    if (interruptAt !== undefined && !wasSaid && stderr.includes(interruptAt)) child.kill('SIGINT');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

function elsewhere(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !PLACES.test(name)));
}
