import { expect, test } from 'vitest';
import { functionDefinitions } from '../../src/tokens/function-definitions.ts';
import { longestRead, type Reads, watched } from './reads.ts';
import { slicesOf, textOf } from './texts.ts';

const written = (...functions: readonly unknown[]): string =>
  textOf(functionDefinitions(functions));

test('functions are written as a TypeScript namespace', () => {
  const weather = {
    name: 'get_weather',
    description: 'The weather in a place',
    parameters: {
      type: 'object',
      required: ['place'],
      properties: {
        place: { type: 'string', description: 'City and country' },
        unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
        days: { type: 'array', items: { type: 'integer' } },
        at: {
          type: 'object',
          properties: { hour: { type: 'number', description: 'Shown too' } },
        },
        either: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
        anything: {},
      },
    },
  };
  expect(written(weather, { name: 'stop' })).toBe(`namespace functions {

// The weather in a place
type get_weather = (_: {
// City and country
place: string,
unit?: "celsius" | "fahrenheit",
days?: number[],
at?: {
// Shown too
  hour?: number,
},
either?: boolean | null,
anything?: any,
}) => any;

type stop = () => any;

} // namespace functions`);
});

test('a schema that contains itself comes to an end', () => {
  const loop: { type: string; properties: Record<string, unknown> } = {
    type: 'object',
    properties: {},
  };
  for (const name of 'abc') loop.properties[name] = loop;
  expect(written({ name: 'f', parameters: loop }).length).toBeLessThan(1000);
});

const toolOf = (properties: number) => ({
  name: 'tool',
  parameters: {
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: properties }, (_, index) => [`p${index}`, { type: 'string' }]),
    ),
  },
});

test('all properties of many large functions are written', () => {
  const text = written(...Array.from({ length: 128 }, () => toolOf(100)));
  expect(text.match(/\?: string,/g)?.length).toBe(12_800);
});

test('one function is read at a time, however many there are', () => {
  const functions = Array.from({ length: 500 }, () => toolOf(3));
  const parts = (reads: Reads) => functionDefinitions(watched(functions, reads));
  expect(longestRead(parts)).toBeLessThan(40);
});

test('more than fits into any context window comes to an end, and is known to be cut', () => {
  const huge = { type: 'string', enum: new Array(900_000).fill(1) };
  const tool = { name: 'f', parameters: { properties: { huge } } };
  const parts = [...functionDefinitions([tool, tool])];
  expect(textOf(parts).length).toBeLessThan(1_000_000);
  expect(parts.at(-1)).toEqual({ roughTokens: 0 });
});

test('a long description is handed on in slices', () => {
  const description = 'some words, and more of them '.repeat(5000);
  const slices = slicesOf(functionDefinitions([{ name: 'f', description }]));
  expect(Math.max(...slices.map(({ length }) => length))).toBeLessThanOrEqual(4096);
});

test('what a property is without a value is a comment, and a list of types a choice', () => {
  const properties = {
    unit: { type: 'string', default: 'celsius', title: 'Unit' },
    age: { type: ['integer', 'null'] },
    either: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  };
  const tool = { name: 'a', parameters: { type: 'object', properties } };
  const lines = (titles: boolean) => textOf(functionDefinitions([tool], { titles }));
  expect(lines(false)).toContain(
    '{\nunit?: string, // default: "celsius"\nage?: number | null,\neither?: string | number,\n}',
  );
  expect(lines(true)).toContain('{\n// Unit\n//\nunit?: string, // default: "celsius"\n');
});
