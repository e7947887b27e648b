import { expect, it } from 'vitest';
import { overtaking, strictFifo } from '../bench/overtaking.ts';

it('a large call among small ones: they wait less than a tenth as long as in a strict line, and it starts within twice the time', async () => {
  const ours = await overtaking();
  const strict = strictFifo();
  expect(strict.largeAtMs).toBe(56_250);
  expect(ours.medianWaitMs).toBeLessThan(strict.medianWaitMs / 10);
  expect(ours.largeAtMs).toBeLessThanOrEqual(2 * strict.largeAtMs);
});
