import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSimulator } from '../src/testing/index.ts';
import { prompts } from './prompts.ts';
import type { Line } from './ways/lines.ts';

const LINES = 5000;
/** Of OpenAI's tier 3 for `gpt-4o` (2026-11). */
const LIMITS = { rpm: 5000, tpm: 800_000 };
/** Of the limit: what our headroom leaves. */
const IDEAL_SHARE = 0.8;
const MOST_OUTPUT = 64;
const OUTPUT = 56;
const MINUTE_MS = 60_000;
const MB = 1_000_000;
/** After a run: requests that somebody has given up may still arrive. */
const REST_MS = 1000;
const ROOT = join(import.meta.dirname, '..');
export const COMMAND: string = join(ROOT, 'dist/cli/main.js');
const way = (name: string): string => join(import.meta.dirname, 'ways', name);

/** A program with its arguments, for one file and limits. */
type Program = (input: string, output: string) => readonly string[];

function within(name: string, share: number): Program {
  const limits = [LIMITS.rpm * share, LIMITS.tpm * share].map(String);
  return (input, output) => [way(name), input, output, ...limits];
}

function command(limits?: string): Program {
  const more = limits === undefined ? [] : ['--limits', limits];
  return (input, output) => [COMMAND, 'batch', input, '-o', output, '--quiet', ...more];
}

const WAYS: Readonly<Record<string, Program>> = {
  'llm-headroom batch': command(),
  'llm-headroom batch --limits …': command(`rpm=${LIMITS.rpm},tpm=${LIMITS.tpm}`),
  'OpenAI’s cookbook, at the limits': within('counters-way.ts', 1),
  'OpenAI’s cookbook, at 80 %': within('counters-way.ts', 0.8),
  'p-queue and the SDK, at the limit': within('p-queue-way.ts', 1),
  'p-queue and the SDK, at 80 %': within('p-queue-way.ts', 0.8),
};

/** What one way has done with all lines. */
interface Run {
  readonly ms: number;
  readonly sent: number;
  readonly refused: number;
  readonly lost: number;
  readonly peakBytes: number;
}

/**
 * The same file of 5,000 calls by several programs, each in a process of its own, in real time and
 * over HTTP, to a provider that counts as OpenAI does: a bucket of a minute that starts full, a
 * quarter of the characters and two for each message. Time is of the ideal: all of its tokens at 80 %
 * of the limit.
 */
export async function batchWaysTable(): Promise<string> {
  if (!existsSync(COMMAND)) return 'No dist/cli/main.js: npm run build makes it.';
  const folder = mkdtempSync(join(tmpdir(), 'llm-headroom-ways-'));
  try {
    const input = join(folder, 'requests.jsonl');
    writeFileSync(
      input,
      lines()
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    );
    const rows = [
      '| | time | 429s | requests sent | lines lost | memory, at most |',
      '|---|--:|--:|--:|--:|--:|',
    ];
    for (const [index, [name, program]] of Object.entries(WAYS).entries()) {
      rows.push(rowOf(name, await runOf(program, input, join(folder, `results-${index}.jsonl`))));
    }
    return rows.join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lines(): Line[] {
  return prompts(LINES, 42).map(({ text: content }, index) => ({
    ...{ custom_id: `line-${index}`, method: 'POST', url: '/v1/chat/completions' },
    body: {
      model: 'gpt-4o',
      max_completion_tokens: MOST_OUTPUT,
      messages: [{ role: 'user', content }],
    },
  }));
}

async function runOf(program: Program, input: string, output: string): Promise<Run> {
  const simulator = createSimulator({
    provider: 'openai',
    limits: LIMITS,
    enforcement: 'bucket',
    charge: 'characters',
    reply: () => ({ outputTokens: OUTPUT }),
    latency: { firstByteMs: 300, perTokenMs: 10 },
  });
  const server = await simulator.listen();
  try {
    const { ms, peakBytes } = await finished(program(input, output), server.url, `${output}.peak`);
    await sleep(REST_MS);
    const { requests, status429 } = simulator.stats();
    return { ms, sent: requests, refused: status429, lost: lostIn(output), peakBytes };
  } finally {
    await server.close();
  }
}

/** Runs a program against a simulated OpenAI at `url`. */
export function finished(
  program: readonly string[],
  url: string,
  peakFile: string,
): Promise<Pick<Run, 'ms' | 'peakBytes'>> {
  const start = performance.now();
  const own = { OPENAI_API_KEY: 'any', OPENAI_AT: url, PEAK_FILE: peakFile };
  const child = spawn(process.execPath, ['--import', way('as-openai.ts'), ...program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...own },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      const ms = performance.now() - start;
      resolve({ ms, peakBytes: Number(readFileSync(peakFile, 'utf8')) });
    });
  });
}

function lostIn(output: string): number {
  const texts = readFileSync(output, 'utf8').trimEnd().split('\n');
  const results = texts.map((text) => JSON.parse(text));
  const good = results.filter(({ response }) => response?.status_code === 200);
  return LINES - new Set(good.map(({ custom_id }) => custom_id)).size;
}

function rowOf(name: string, { ms, refused, sent, lost, peakBytes }: Run): string {
  const time = (ms / idealMs()).toFixed(2);
  const count = (amount: number): string => amount.toLocaleString('en');
  const memory = `${Math.round(peakBytes / MB)} MB`;
  return `| ${[name, time, count(refused), count(sent), count(lost), memory].join(' | ')} |`;
}

function idealMs(): number {
  const texts = lines().map(({ body }) => body.messages[0]?.content ?? '');
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / 4) + 2, 0);
  return (tokens / (IDEAL_SHARE * LIMITS.tpm)) * MINUTE_MS;
}
