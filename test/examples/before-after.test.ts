import { expect, it } from 'vitest';
import { after, before } from '../../bench/before-after.ts';
import { read } from '../support/readme.ts';

const WITH_COMMAS = new Intl.NumberFormat('en');

it('the README begins with what a thousand calls at once come to, without and with the limiter', async () => {
  const readme = read('README.md');
  const { status429, failed } = await before();
  expect(readme).toContain(`${WITH_COMMAS.format(status429)} × 429, ${failed} calls fail`);
  const ours = await after();
  expect(ours).toMatchObject({ status429: 0, failed: 0 });
  expect(readme).toContain('no 429, none fails, done within 3 minutes');
  expect(ours.seconds).toBeLessThan(180);
});
