import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../src/testing/', import.meta.url);
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(new URL(name, root), 'utf8') }));

test('only the HTTP mount needs node: modules, and it is loaded when it is asked for', () => {
  const withNode = sources.filter(({ text }) => text.includes("from 'node:"));
  expect(withNode.map(({ name }) => name)).toEqual(['http-server.ts']);
  const statically = /^import (?!type\b).* from '.*http-server\.ts'/m;
  expect(sources.filter(({ text }) => statically.test(text))).toEqual([]);
});

test('nothing imports a package: msw’s http is passed in', () => {
  const packages = /^(import|export) .* from '(?!\.|node:)/m;
  expect(sources.filter(({ text }) => packages.test(text))).toEqual([]);
});
