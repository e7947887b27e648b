/** Runs the demo (`npm start`) as on a terminal, and records it in `docs/demo.svg`. Needs a build. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Frame, film } from './film.ts';
import { Screen } from './screen.ts';

const ROOT = join(import.meta.dirname, '../..');
const COLUMNS = 88;
const ROWS = 20;
const FRAME_MS = 500;
const END_MS = 6000;

/** Makes one terminal of both outputs of the process. */
const TERMINAL = `
for (const out of [process.stdout, process.stderr]) Object.assign(out, { isTTY: true, columns: ${COLUMNS} });
process.stderr.write = process.stdout.write.bind(process.stdout);
`;

const preload = `data:text/javascript,${encodeURIComponent(TERMINAL)}`;
const child = spawn(process.execPath, ['--import', preload, 'examples/summarise/main.ts'], {
  cwd: ROOT,
  env: { PATH: process.env.PATH, FORCE_COLOR: '1' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const screen = new Screen(ROWS);
screen.write('$ npm start\n');
const frames: Frame[] = [screen.lines()];
child.stdout.setEncoding('utf8').on('data', (text) => screen.write(text));
const timer = setInterval(() => frames.push(screen.lines()), FRAME_MS);
const code = await new Promise((resolve) => void child.once('close', resolve));
clearInterval(timer);
frames.push(screen.lines());
if (code !== 0) throw new Error(`The demo has ended with exit code ${code}`);
const options = { columns: COLUMNS, rows: ROWS, frameMs: FRAME_MS, endMs: END_MS };
writeFileSync(join(ROOT, 'docs/demo.svg'), film(frames, options));
