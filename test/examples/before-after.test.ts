import { expect, it } from 'vitest';
import { after, before } from '../../bench/before-after.ts';
import { read } from '../support/readme.ts';

const WITH_COMMAS = new Intl.NumberFormat('en');

it('the README begins with what a thousand calls at once come to, without and with the limiter', async () => {
  const readme = read('README.md');
  const { status429, failed } = await before();
  expect(readme).toContain(`${WITH_COMMAS.format(status429)} times 429, ${failed} calls fail`);
  const ours = await after();
  expect(ours).toMatchObject({ status429: 0, failed: 0 });
  expect(readme).toContain('1,000 calls: no 429, no call fails');
  const [, seconds] = /limited calls \[take (\d+) s\]/.exec(readme) ?? [];
  expect(Math.abs(ours.seconds / Number(seconds) - 1)).toBeLessThan(0.05);
});
