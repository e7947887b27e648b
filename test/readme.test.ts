import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { read, withExamples } from './support/readme.ts';

const readme = read('README.md');

describe('the README', () => {
  it('shows the examples as they are (npm run docs)', () => {
    expect(readme.match(/<!-- examples\//g)?.length).toBeGreaterThanOrEqual(4);
    expect(readme).toBe(withExamples(readme));
  });

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path]) => path!);
    for (const link of links)
      expect({ link, exists: existsSync(link) }).toEqual({ link, exists: true });
  });

  it('names every option, event and error', () => {
    const options =
      read('src/options.ts')
        .match(/^ {2}'(\w+)',$/gm)
        ?.map((line) => line.trim().slice(1, -2)) ?? [];
    const events =
      read('src/events.ts')
        .match(/^ {2}(\w+): \(event: /gm)
        ?.map((line) => line.trim().split(':')[0]!) ?? [];
    const errors =
      read('src/errors.ts')
        .match(/^export class (\w+)/gm)
        ?.map((line) => line.split(' ')[2]!) ?? [];
    expect([options.length, events.length, errors.length]).toEqual([10, 6, 4]);
    for (const name of [
      ...options,
      ...events,
      ...errors,
      'key',
      'priority',
      'limiter',
      'tier',
      'estimate',
    ]) {
      expect(readme).toContain(`\`${name}\``);
    }
  });
});
