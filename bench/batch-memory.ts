import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator } from '../src/testing/index.ts';
import { COMMAND, finished } from './batch-ways.ts';

/** As many calls a second as a process sends with ease. */
const RPM = 60_000;
const LINES = [5000, 60_000, 200_000];
/** The shortest run is the least even. */
const RUNS = 3;
/** The simulator's log is for tests. */
const FORGET_MS = 1000;
const MB = 1_000_000;

/** The most memory that `llm-headroom batch` takes for files of several lengths, over HTTP, in real time. */
export async function batchMemoryTable(): Promise<string> {
  if (!existsSync(COMMAND)) return 'No dist/cli/main.js: npm run build makes it.';
  const folder = mkdtempSync(join(tmpdir(), 'llm-headroom-memory-'));
  try {
    const rows = ['| lines | memory, at most | times that of 5,000 lines |', '|--:|--:|--:|'];
    let least: number | undefined;
    for (const lines of LINES) {
      const input = join(folder, `${lines}.jsonl`);
      write(input, lines);
      const runs = lines === LINES[0] ? RUNS : 1;
      const peaks: number[] = [];
      for (let run = 0; run < runs; run++) {
        peaks.push(await peakOf(input, join(folder, `results-${lines}-${run}.jsonl`), lines));
      }
      const peak = peaks.sort((one, other) => one - other)[runs >> 1] ?? 0;
      least ??= peak;
      const share = (peak / least).toFixed(2);
      rows.push(`| ${lines.toLocaleString('en')} | ${Math.round(peak / MB)} MB | ${share} |`);
    }
    return rows.join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(path: string, lines: number): void {
  const file = openSync(path, 'w');
  for (let index = 0; index < lines; index++) {
    const content = `Summarize item ${index}: ${'the sun and one old fox '.repeat(1 + (index % 20))}`;
    const body = { model: 'gpt-4o', max_completion_tokens: 64 };
    const request = { ...body, messages: [{ role: 'user', content }] };
    const line = { custom_id: `${index}`, method: 'POST', url: '/v1/chat/completions' };
    writeSync(file, `${JSON.stringify({ ...line, body: request })}\n`);
  }
  closeSync(file);
}

async function peakOf(input: string, output: string, lines: number): Promise<number> {
  const limits = { rpm: RPM, tpm: 1000 * RPM };
  const simulator = createSimulator({
    ...{ provider: 'openai', limits, enforcement: 'bucket', latency: 100 },
    reply: () => ({ outputTokens: 40 }),
  });
  const server = await simulator.listen();
  const forget = setInterval(() => simulator.reset(), FORGET_MS);
  try {
    const given = `rpm=${limits.rpm},tpm=${limits.tpm}`;
    const command = [COMMAND, 'batch', input, '-o', output, '--quiet', '--limits', given];
    const { peakBytes } = await finished(command, server.url, `${output}.peak`);
    const results = readFileSync(output, 'utf8').trimEnd().split('\n').length;
    if (results !== lines) throw new Error(`${results} of ${lines} lines have results`);
    return peakBytes;
  } finally {
    clearInterval(forget);
    await server.close();
  }
}
