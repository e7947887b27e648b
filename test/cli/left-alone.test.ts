import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createSimulator } from '../../src/testing/index.ts';
import { ids, openaiLine, World } from './support/world.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

it.skipIf(process.platform === 'win32')(
  'goes on when nobody reads what it says, and ends as on Ctrl-C when its terminal closes',
  async () => {
    const world = new World();
    world.write(
      'in.jsonl',
      ids(40).map((id) => openaiLine(id)),
    );
    const simulator = createSimulator({ limits: { rpm: 30_000 }, latency: 1500 });
    const { url, close } = await simulator.listen();
    const files = ['batch', world.path('in.jsonl'), '-o', world.path('out.jsonl')];
    const how = ['--base-url', `${url}/v1`, '--limits', 'rpm=30000', '--concurrency', '5'];
    const child = spawn(process.execPath, [MAIN, ...files, ...how, '--json'], { stdio: 'pipe' });
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    child.stderr.destroy();
    // It has said more since, and makes calls.
    while (simulator.stats().calls < 6) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGHUP');
    child.kill('SIGHUP');
    const [exitCode] = await ended;
    expect(exitCode).toBe(130);
    const sent = simulator.stats().calls;
    expect(sent).toBeLessThan(40);
    expect(world.results()).toHaveLength(sent);
    await close();
  },
  30_000,
);
